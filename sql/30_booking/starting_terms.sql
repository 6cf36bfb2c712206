create or replace function utl_private.starting_terms(positions bigint[])
returns setof utl_private.position_terms
language sql
stable
as $starting_terms$
    select
        t.position_id, t.book_id, t.costing_id, t.account_id, t.instrument_id,
        t.method, t.family, t.capitalizes_fees, t.ranks_with_fees, t.by_arrival, t.multiplier,
        t.is_inverse, t.cost_asset_id,
        0, 0, coalesce(c.realized_pnl, 0), coalesce(c.fees, 0), c.opened_at,
        '-infinity'::timestamptz, 0::bigint, 0::bigint,
        t.closed_up_to, t.starts_at, t.ends_at, t.coin_asset_id, t.has_transactions
    from utl_private.position_terms as t
    left join utl_private.carried_states as c on t.position_id = c.position_id
    where t.position_id = any(positions)
$starting_terms$;

comment on function utl_private.starting_terms(bigint[]) is
'Positions as they were before their first fact: with nothing, or with the realized PnL and fees of
the method before.';
