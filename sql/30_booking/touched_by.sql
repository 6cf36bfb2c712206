create or replace function utl_private.touched_by(before utl.fills[], after utl.fills[])
returns utl_private.touched[]
language sql
immutable
as $touched_by$
    with fees as (
        select
            b.book_id, b.account_id, b.instrument_id, b.fee_asset_id, -b.fee as fee, b.executed_at,
            -utl_private.coin_fee(b, b.fee_asset_id) * b.price as fee_at_price
        from unnest(before) as b
        union all
        select
            a.book_id, a.account_id, a.instrument_id, a.fee_asset_id, a.fee, a.executed_at,
            utl_private.coin_fee(a, a.fee_asset_id) * a.price
        from unnest(after) as a
    ),

    touched as (
        select
            f.book_id, f.account_id, f.instrument_id, f.fee_asset_id, sum(f.fee) as fee,
            min(f.executed_at) as first_at, max(f.executed_at) as last_at,
            sum(f.fee_at_price) as fee_at_price
        from fees as f
        group by f.book_id, f.account_id, f.instrument_id, f.fee_asset_id
    )

    select array_agg(t::utl_private.touched) from touched as t
$touched_by$;

comment on function utl_private.touched_by(utl.fills[], utl.fills[]) is
'What fills touch that are taken back (before) and booked (after), with the difference of their
fees.';
