create or replace function utl_private.build_bounds(book_id integer, costing_id integer)
returns timestamptz[]
language sql
stable
as $build_bounds$
    with numbered as (
        select f.executed_at, row_number() over (order by f.executed_at) as nth
        from utl_private.booked_fills as f
        inner join utl_private.costings as c on f.book_id = c.book_id
        where
            c.book_id = build_bounds.book_id and c.costing_id = build_bounds.costing_id
            and c.booking_order = 'event_time'
    )

    select
        '-infinity'::timestamptz
        || coalesce(
            array_agg(distinct n.executed_at order by n.executed_at), array[]::timestamptz[]
        )
        || 'infinity'::timestamptz
    from numbered as n
    where n.nth % 50000 = 0
$build_bounds$;

comment on function utl_private.build_bounds(integer, integer) is
'Times that part the history of a book into windows of about 50,000 fills. A costing by order of
arrival has one window: its order is another than that of the times.';
