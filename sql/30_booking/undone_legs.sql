create or replace function utl_private.undone_legs(restatement_id bigint)
returns table (
    position_id bigint, effective_at timestamptz, sequence bigint, fill_id bigint,
    quantity numeric, amount numeric, fee numeric, rank numeric
)
language sql
stable
as $undone_legs$
    select
        s.position_id, s.effective_at, s.sequence, s.fill_id,
        sum(s.quantity), sum(s.amount), sum(s.fee), coalesce(max(s.rank), 0)
    from utl_private.superseded_entries as s
    where
        s.restatement_id = undone_legs.restatement_id
        and (s.rule is null or s.rule = 'choose')
    group by s.position_id, s.effective_at, s.sequence, s.fill_id
$undone_legs$;

comment on function utl_private.undone_legs(bigint) is
'The legs behind the entries that a restatement superseded: the parts of a fill added up.
Those of transactions come from the facts again.';
