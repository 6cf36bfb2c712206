create or replace function utl_private.unrated_moves_of(moves utl_private.inventory_move[])
returns setof utl_private.inventory_transactions
language sql
stable
as $unrated_moves_of$
    select
        (m.fill).fill_id, coalesce(p.executed_at, (m.fill).executed_at), (m.fill).recorded_at,
        (m.fill).sequence, (m.fill).book_id, (m.fill).account_id,
        utl_private.inventory_id(m.asset_id, m.reporting_asset_id),
        null::integer, null::integer, null::integer, null::integer, null::integer,
        case
            when n.quantity > 0 then 'deposit'
            when m.is_fee then 'network_fee'
            else 'withdrawal'
        end,
        n.quantity, null::numeric, null::numeric, 0::numeric, null::numeric, null::numeric,
        null::numeric, null::timestamptz, (m.fill).venue_fill_id, null::text,
        'fill', (m.fill).instrument_id
    from unnest(moves) as m
    left join utl_private.prior_period_bookings as p on (m.fill).fill_id = p.fill_id
    cross join lateral (
        select m.quantity - case when m.fee_asset_id = m.asset_id then m.fee else 0 end
    ) as n (quantity)
    where m.price is null and n.quantity <> 0
$unrated_moves_of$;

comment on function utl_private.unrated_moves_of(utl_private.inventory_move[]) is
'Moves of inventories of which no rate is known, as transactions: what goes, leaves at its cost,
and what comes has cost nothing until somebody says the rate: utl.missing_rates.';
