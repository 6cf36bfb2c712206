create or replace function utl_private.fill_digest(fill utl.fills)
returns bytea
language sql
immutable
parallel safe
as $fill_digest$
    select substr(
        sha256(
            int4send(fill.book_id)
            || int4send(fill.instrument_id)
            || numeric_send(
                trim_scale(utl_private.signed_quantity(fill.side, fill.quantity))
            )
            || numeric_send(trim_scale(fill.price))
            || numeric_send(trim_scale(fill.fee))
            || int4send(case when fill.fee = 0 then 0 else coalesce(fill.fee_asset_id, 0) end)
        ),
        1, 16
    )
$fill_digest$;

comment on function utl_private.fill_digest(utl.fills) is
'What a fill says, in 16 bytes: book, instrument, signed quantity, price and fee. Two reports of
one fill with one digest agree; 1.50 and 1.5 are the same. Time, order and liquidity stay out:
feeds give them with different precision, or not at all.';
