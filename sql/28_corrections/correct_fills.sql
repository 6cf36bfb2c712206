create or replace function utl_private.correct_fills(
    fills utl.fills[], ignored bigint[] default array[]::bigint[]
)
returns utl.fills[]
language sql
stable
as $correct_fills$
    select array_agg((
        f.fill_id,
        coalesce(c.executed_at, f.executed_at),
        f.recorded_at,
        coalesce(c.sequence, f.sequence),
        f.book_id, f.account_id, f.instrument_id,
        coalesce(c.fee_asset_id, f.fee_asset_id),
        f.side,
        coalesce(c.quantity, f.quantity),
        coalesce(c.price, f.price),
        coalesce(c.fee, f.fee),
        f.liquidity, f.venue_fill_id, f.venue_order_id
    )::utl.fills)
    from unnest(fills) as f
    cross join lateral utl_private.correction_of(f, ignored) as c
    where not c.is_busted
$correct_fills$;

comment on function utl_private.correct_fills(utl.fills[], bigint[]) is
'Fills as they count after their corrections, but for those to be ignored. A fill whose last
correction is a bust does not count and is left out; else each value is the last that an amendment
gave. Views call it for those who may not use this schema, so it runs as its owner.';
