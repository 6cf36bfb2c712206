create or replace function utl_private.place_of(
    transaction utl.transactions, held utl_private.position_terms,
    out effective_at timestamptz, out sequence bigint
)
language sql
immutable
parallel safe
as $place_of$
    select
        case
            when held.by_arrival then transaction.recorded_at else transaction.occurred_at
        end,
        case when held.by_arrival then 0 else transaction.sequence end
$place_of$;

comment on function utl_private.place_of(utl.transactions, utl_private.position_terms) is
'Where a transaction counts in a position: when it happened or, if the costing books in order of
arrival, when it was recorded.';
