create or replace function utl_private.undone_legs(
    restatement_id bigint, points utl_private.leg[]
)
returns table (
    position_id bigint, effective_at timestamptz, sequence bigint, fill_id bigint,
    quantity numeric, amount numeric, fee numeric, rank numeric
)
language sql
stable
as $undone_legs$
    select
        p.position_id, u.effective_at, u.sequence, u.fill_id,
        u.quantity, u.amount, u.fee, u.rank
    from unnest(points) as p
    -- Grouped a position at a time, which leaves the planner nothing but the index.
    cross join lateral (
        select
            s.effective_at, s.sequence, s.fill_id,
            sum(s.quantity) as quantity, sum(s.amount) as amount, sum(s.fee) as fee,
            coalesce(max(s.rank), 0) as rank
        from utl_private.superseded_entries as s
        where
            s.position_id = p.position_id
            and s.restatement_id = undone_legs.restatement_id
        group by s.effective_at, s.sequence, s.fill_id
    ) as u
$undone_legs$;

comment on function utl_private.undone_legs(bigint, utl_private.leg[]) is
'The legs behind the entries that a restatement superseded: the parts of a fill added up.';
