create or replace function utl_private.require_left(checked utl_private.checked_transaction[])
returns void
language plpgsql
as $require_left$
declare
    _left record;
begin
    select
        t.kind, t.occurred_at, trim_scale(-t.quantity) as gone,
        trim_scale(coalesce(h.quantity, 0)) as quantity
    into _left
    from unnest(checked) as c
    cross join lateral (select (c.transaction).*) as t
    left join lateral (
        select sum(q.quantity) as quantity
        from utl_private.held_quantities(t.instrument_id, t.occurred_at, t.book_id) as q
        where q.account_id = t.account_id
    ) as h on true
    where
        c.outcome = 'booked'
        and t.kind in ('withdrawal', 'network_fee', 'transfer', 'conversion')
        and t.instrument_id is not null
        and coalesce(h.quantity, 0) * sign(t.quantity) > 0
    limit 1;
    if found then
        raise exception 'a % of more than is held', replace(_left.kind, '_', ' ')
        using
            errcode = '23U07',
            detail = format(
                'The account held %s at %s, and %s was to go.',
                _left.quantity + _left.gone, _left.occurred_at, _left.gone
            ),
            hint = 'Record first what came before. INSERT into utl.transactions books it anyway, '
                'and lists what has no cost in utl.missing_basis.';
    end if;
end
$require_left$;

comment on function utl_private.require_left(utl_private.checked_transaction[]) is
'Raises 23U07 if by transactions that were just recorded more of an instrument went than the account
held of it in the book at that time: utl_private.require_held for many, afterwards.';
