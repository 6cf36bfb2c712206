create or replace function utl_private.settled_after(
    after utl.fills[], fill_ids bigint[], open_bookings utl_private.prior_period_bookings[]
)
returns utl.fills[]
language sql
as $settled_after$
    with bookings as (
        select
            a as fill,
            k.closed_up_to,
            r.has_others,
            coalesce(
                o.fill_id,
                case when not r.has_others then a.fill_id end,
                nextval('utl_private.fact_ids')
            ) as fill_id,
            coalesce(
                o.recorded_at, case when r.has_others then clock_timestamp() end, a.recorded_at
            ) as recorded_at
        from unnest(after) as a
        inner join utl_private.books as k on a.book_id = k.book_id
        left join unnest(open_bookings) as o on a.fill_id = o.of_fill_id
        cross join lateral (
            select exists (
                select from utl_private.prior_period_bookings as p where p.of_fill_id = a.fill_id
            ) as has_others
        ) as r
        where a.fill_id = any(fill_ids)
    ),

    kept as (
        insert into utl_private.prior_period_bookings
        select
            b.fill_id, greatest((b.fill).executed_at, b.closed_up_to), b.recorded_at,
            (b.fill).sequence, (b.fill).book_id, (b.fill).account_id, (b.fill).instrument_id,
            (b.fill).fee_asset_id, (b.fill).side, (b.fill).quantity, (b.fill).price,
            (b.fill).fee, (b.fill).liquidity, (b.fill).venue_fill_id, (b.fill).venue_order_id,
            (b.fill).fill_id, (b.fill).executed_at, 'replacement', true
        from bookings as b
        where b.has_others or (b.fill).executed_at < b.closed_up_to
        returning *
    )

    select array_agg(s.fill)
    from (
        select a::utl.fills as fill from unnest(after) as a where a.fill_id <> all(fill_ids)
        union all
        select utl_private.as_fill(k) from kept as k
        union all
        select b.fill::utl.fills from bookings as b
        where not b.has_others and (b.fill).executed_at >= b.closed_up_to
    ) as s
$settled_after$;

comment on function utl_private.settled_after(
    utl.fills[], bigint[], utl_private.prior_period_bookings[]
) is
'What is booked instead: at its own time, or at the first open moment where that is closed. It goes
under the id of the fill, or under one of its own where something else stays booked for the fill.';
