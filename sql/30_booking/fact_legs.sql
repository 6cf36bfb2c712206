create or replace function utl_private.fact_legs(positions bigint[])
returns setof utl_private.leg
language sql
stable
as $fact_legs$
    select
        l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
        l.quantity, l.amount, l.fee, l.rank,
        0, 0, 0, 0, null::timestamptz, '-infinity'::timestamptz, 0::bigint, 0::bigint
    from unnest(positions) as k (position_id)
    inner join utl_private.position_terms as p on k.position_id = p.position_id
    inner join utl.effective_fills as f
        on
            p.book_id = f.book_id
            and p.instrument_id = f.instrument_id
            and p.account_id in (0, f.account_id)
    cross join lateral utl_private.fill_leg(row(f.*)::utl.fills, p) as l
$fact_legs$;

comment on function utl_private.fact_legs(bigint[]) is
'All legs of positions, from the facts alone, each with an empty position to start from.';
