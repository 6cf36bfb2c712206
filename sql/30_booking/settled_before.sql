create or replace function utl_private.settled_before(
    before utl.fills[], fill_ids bigint[], open_bookings utl_private.prior_period_bookings[]
)
returns utl.fills[]
language sql
stable
as $settled_before$
    select array_agg(s.fill)
    from (
        select b::utl.fills as fill
        from unnest(before) as b
        where
            b.fill_id <> all(fill_ids)
            or not exists (
                select from utl_private.prior_period_bookings as p where p.of_fill_id = b.fill_id
                union all
                select from unnest(open_bookings) as o where o.of_fill_id = b.fill_id
            )
        union all
        select utl_private.as_fill(o) from unnest(open_bookings) as o
    ) as s
$settled_before$;

comment on function utl_private.settled_before(
    utl.fills[], bigint[], utl_private.prior_period_bookings[]
) is
'Which bookings are taken back: those at open times.';
