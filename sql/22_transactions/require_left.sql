create or replace function utl_private.require_left(checked utl_private.checked_transaction[])
returns void
language plpgsql
as $require_left$
begin
    perform utl_private.refuse_unheld(c.transaction, coalesce(h.quantity, 0) - t.quantity)
    from unnest(checked) as c
    cross join lateral (select (c.transaction).*) as t
    left join lateral (
        select sum(q.quantity) as quantity
        from utl_private.held_quantities(t.instrument_id, t.occurred_at, t.book_id) as q
        where q.account_id = t.account_id
    ) as h on true
    where
        c.outcome = 'booked'
        and t.kind in ('withdrawal', 'network_fee', 'transfer', 'conversion', 'cash_in_lieu')
        and t.instrument_id is not null
        and coalesce(h.quantity, 0) * sign(t.quantity) > 0;
end
$require_left$;

comment on function utl_private.require_left(utl_private.checked_transaction[]) is
'Raises 23U07 if by transactions that were just recorded more of an instrument went than the account
held of it in the book at that time: utl_private.require_held for many, afterwards.';
