create or replace function utl_private.fact_legs(
    held utl_private.position_terms[],
    from_time timestamptz default '-infinity',
    to_time timestamptz default 'infinity'
)
returns setof utl_private.leg
language sql
stable
as $fact_legs$
    select l.*
    from unnest(held) as h
    inner join utl_private.booked_fills as f
        on
            h.book_id = f.book_id
            and h.instrument_id = f.instrument_id
            and h.account_id in (0, f.account_id)
    cross join lateral utl_private.fill_leg(row(f.*)::utl.fills, h) as l
    where f.executed_at >= from_time and f.executed_at < to_time
    union all
    select c.*
    from unnest(held) as h
    cross join lateral utl_private.carried_legs(h) as c
    where
        h.starts_at > from_time and h.starts_at <= to_time
        and exists (
            select
            from utl_private.booked_fills as f
            where
                f.book_id = h.book_id
                and f.instrument_id = h.instrument_id
                and h.account_id in (0, f.account_id)
                and f.executed_at >= h.starts_at and f.executed_at < h.ends_at
        )
$fact_legs$;

comment on function utl_private.fact_legs(
    utl_private.position_terms[], timestamptz, timestamptz
) is
'The legs of positions from the facts alone: of fills executed in [from_time, to_time), and of what
a method before left where a fill came after. Each leg starts from the state that its position has
in held.';
