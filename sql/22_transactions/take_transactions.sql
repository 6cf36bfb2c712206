create or replace function utl_private.take_transactions(incoming utl_private.incoming_fact[])
returns utl_private.checked_fact[]
language plpgsql
as $take_transactions$
declare
    _read utl_private.checked_transaction[] := utl_private.read_transactions(incoming);
    _run utl_private.checked_transaction[];
    _done utl_private.checked_transaction[];
    _checked utl_private.checked_fact[];
begin
    perform utl_private.lock_senders(_read);
    _done := array(select r from unnest(_read) as r where r.outcome = 'rejected');
    for _run in
        select array_agg(s.checked order by s.nth)
        from (
            select
                c.checked, c.nth,
                sum((c.is_event or c.is_after_event)::integer) over (order by c.nth) as run
            from (
                select
                    u.checked, u.nth,
                    utl_private.is_event((u.checked).content) as is_event,
                    coalesce(
                        lag(utl_private.is_event((u.checked).content)) over (order by u.nth), false
                    ) as is_after_event
                from (select r as checked, row_number() over () as nth from unnest(_read) as r) as u
                where (u.checked).outcome = 'booked'
            ) as c
        ) as s
        group by s.run
        order by s.run
    loop
        _done := _done || utl_private.book_checked_transactions(_run);
    end loop;
    _checked := array(
        select (d.place, d.line, d.outcome, d.fact_id, d.sqlstate, d.reason)
            ::utl_private.checked_fact
        from unnest(_done) as d
        order by d.place
    );
    perform utl_private.keep_rejected_facts('transaction', incoming, _checked);
    return _checked;
end
$take_transactions$;

comment on function utl_private.take_transactions(utl_private.incoming_fact[]) is
'Books rows as transactions, in order of their time, since what leaves must have come: all together,
but for events, which stand alone between what was before and what is after them. Keeps those that
are rejected.';
