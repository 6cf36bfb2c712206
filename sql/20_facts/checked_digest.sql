create or replace function utl_private.checked_digest(fill utl_private.checked_fill)
returns bytea
language plpgsql
immutable
as $checked_digest$
declare
    _fill utl.fills;
begin
    _fill.book_id := fill.book_id;
    _fill.instrument_id := fill.instrument_id;
    _fill.side := fill.side;
    _fill.quantity := fill.quantity;
    _fill.price := fill.price;
    _fill.fee := fill.fee;
    _fill.fee_asset_id := fill.fee_asset_id;
    return utl_private.fill_digest(_fill);
end
$checked_digest$;

comment on function utl_private.checked_digest(utl_private.checked_fill) is
'utl_private.fill_digest of a fill that is not in its table yet.';
