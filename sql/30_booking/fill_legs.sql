create or replace function utl_private.fill_legs(
    held utl_private.position_terms[], from_time timestamptz, to_time timestamptz
)
returns setof utl_private.leg
language sql
stable
as $fill_legs$
    select l.*
    from unnest(held) as h
    inner join utl_private.costed_fills as f
        on
            h.book_id = f.book_id
            and h.instrument_id = f.instrument_id
            and h.account_id in (0, f.account_id)
    cross join lateral utl_private.fill_leg(row(f.*)::utl.fills, h) as l
    where f.executed_at >= from_time and f.executed_at < to_time
$fill_legs$;

comment on function utl_private.fill_legs(
    utl_private.position_terms[], timestamptz, timestamptz
) is
'The legs of the fills of positions that are booked at [from_time, to_time), as the facts have
them.';
