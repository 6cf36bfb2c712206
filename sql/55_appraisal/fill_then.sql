create or replace function utl_private.fill_then(fill utl.fills, ignored bigint[])
returns utl.fills
language sql
stable
as $fill_then$
    select (
        fill.fill_id, coalesce(c.executed_at, fill.executed_at), fill.recorded_at,
        coalesce(c.sequence, fill.sequence), fill.book_id, fill.account_id, fill.instrument_id,
        coalesce(c.fee_asset_id, fill.fee_asset_id), fill.side,
        coalesce(c.quantity, fill.quantity), coalesce(c.price, fill.price),
        coalesce(c.fee, fill.fee), fill.liquidity, fill.venue_fill_id, fill.venue_order_id
    )::utl.fills
    from utl_private.correction_of(fill, ignored) as c
    where not c.is_busted
$fill_then$;

comment on function utl_private.fill_then(utl.fills, bigint[]) is
'A fill as it counts after its corrections, but for those to be ignored; null if it is busted.';
