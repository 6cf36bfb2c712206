create or replace function utl_private.amounts_of_positions(
    of_book_id integer, as_of timestamptz, as_known timestamptz
)
returns table (
    book_id integer, costing text, account_id integer, instrument_id integer,
    is_primary boolean, asset_id integer, kind text, amount numeric
)
language sql
stable
as $amounts_of_positions$
    with moved as (
        select f::utl_private.flows as flow, 1 as sign
        from utl_private.flows as f
        where of_book_id is null or f.book_id = of_book_id
        union all
        select f::utl_private.flows, -1
        from utl_private.flows_after(
            of_book_id, as_of, as_known,
            (
                select utl_private.has_other_fees(of_book_id)
                where as_of < 'infinity' or as_known < 'infinity'
            )
        ) as f
    ),

    amounts as materialized (           -- next to none of them, so costings come after
        select m.flow, i::utl_private.instruments as instrument, a.asset_id, a.kind,
            m.sign * a.amount as amount
        from moved as m
        left join utl_private.instruments as i on (m.flow).instrument_id = i.instrument_id
        cross join lateral utl_private.amounts_in(m.flow, i) as a
    )

    select
        c.book_id, c.costing, p.account_id, (a.flow).instrument_id, c.is_primary,
        a.asset_id, a.kind, sum(a.amount)
    from amounts as a
    inner join utl_private.costings as c on (a.flow).book_id = c.book_id
    cross join lateral (
        values (case when c.pool = 'account' then (a.flow).account_id else 0 end)
    ) as p (account_id)
    where
        c.ends_at = 'infinity' and c.is_built
        and (c.basis = 'instrument' or not utl_private.is_in_inventory(a.flow, a.instrument))
    group by
        c.book_id, c.costing, p.account_id, (a.flow).instrument_id, c.is_primary,
        a.asset_id, a.kind
    having sum(a.amount) <> 0
    union all
    select
        c.book_id, c.costing, p.account_id, n.instrument_id, c.is_primary,
        n.asset_id, n.kind, sum(n.amount)
    from utl_private.inventory_income(of_book_id, as_of, as_known) as n
    inner join utl_private.costings as c on n.book_id = c.book_id
    cross join lateral (
        values (case when c.pool = 'account' then n.account_id else 0 end)
    ) as p (account_id)
    where c.basis = 'asset' and c.ends_at = 'infinity' and c.is_built
    group by
        c.book_id, c.costing, p.account_id, n.instrument_id, c.is_primary, n.asset_id, n.kind
$amounts_of_positions$;

comment on function utl_private.amounts_of_positions(integer, timestamptz, timestamptz) is
'What was received (paid is negative) beside the positions of a book, or with null of the firm, up
to a time, as known at a moment: fees that are not in a position''s fees (in third assets, or
transactions), and income by kind. instrument_id is 0 where it was for no instrument. In a costing
of basis asset what was paid or received in a coin is in the inventory of that, at its rate of
then.';
