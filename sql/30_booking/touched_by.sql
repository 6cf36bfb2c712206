create or replace function utl_private.touched_by(before utl.fills[], after utl.fills[])
returns utl_private.touched[]
language sql
immutable
as $touched_by$
    with moves as (
        select b::utl.fills as fill, -1 as share from unnest(before) as b
        union all
        select a::utl.fills, 1 from unnest(after) as a
    ),

    touched as (
        select
            (m.fill).book_id, (m.fill).account_id, (m.fill).instrument_id, (m.fill).fee_asset_id,
            sum((m.fill).fee * m.share) as fee,
            min((m.fill).executed_at) as first_at, max((m.fill).executed_at) as last_at,
            sum(
                utl_private.coin_fee(m.fill, (m.fill).fee_asset_id) * (m.fill).price * m.share
            ) as fee_at_price,
            sum(utl_private.signed_quantity((m.fill).side, (m.fill).quantity) * m.share)
                as quantity,
            sum(
                utl_private.signed_quantity((m.fill).side, (m.fill).quantity) * (m.fill).price
                * m.share
            ) as notional,
            null::timestamptz as recorded_at, null::bigint as sequence, null::bigint as fact_id
        from moves as m
        group by
            (m.fill).book_id, (m.fill).account_id, (m.fill).instrument_id, (m.fill).fee_asset_id
    )

    select array_agg(t::utl_private.touched) from touched as t
$touched_by$;

comment on function utl_private.touched_by(utl.fills[], utl.fills[]) is
'What fills touch that are taken back (before) and booked (after), with the difference of what they
move.';
