create or replace function utl_private.apply_pending(fills utl.fills[])
returns void
language plpgsql
as $apply_pending$
declare
    _after utl.fills[];
begin
    if fills is null then
        return;
    end if;
    _after := utl_private.correct_fills(fills);
    delete from utl_private.pending_corrections as p
    using unnest(fills) as f
    where p.account_id = f.account_id and p.venue_fill_id = f.venue_fill_id;
    perform utl_private.rebook_fills(
        fills, _after,
        case when _after is null then 'bust' else 'amendment' end,
        array(
            select c.correction_id
            from utl.corrections as c
            inner join unnest(fills) as f
                on c.account_id = f.account_id and c.venue_fill_id = f.venue_fill_id
            order by c.correction_id
        )
    );
end
$apply_pending$;

comment on function utl_private.apply_pending(utl.fills[]) is
'Applies to fills that were just booked the corrections that had come before them.';
