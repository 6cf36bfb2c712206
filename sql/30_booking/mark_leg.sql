create or replace function utl_private.mark_leg(
    held utl_private.position_terms,
    effective_at timestamptz,
    sequence bigint default -9223372036854775808,
    fact_id bigint default 0
)
returns setof utl_private.leg
language sql
immutable
as $mark_leg$
    select
        held.position_id, held.book_id, held.method,
        mark_leg.effective_at, mark_leg.sequence, mark_leg.fact_id,
        0::numeric, 0::numeric, 0::numeric, 0::numeric,
        held.quantity, held.cost, held.realized_pnl, held.fees, held.opened_at,
        held.last_effective_at, held.last_sequence, held.last_fill_id,
        null::text, null::bigint, null::timestamptz, null::bigint, null::bigint,
        null::numeric, 1
$mark_leg$;

comment on function utl_private.mark_leg(
    utl_private.position_terms, timestamptz, bigint, bigint
) is
'A leg of nothing before all others of a time: it makes a restatement start there.';
