create or replace function utl_private.pays_with_exposure(
    instrument utl_private.instruments, reporting_asset_id integer, coins integer[]
)
returns boolean
language sql
immutable
as $pays_with_exposure$
    select
        instrument.quote_asset_id <> pays_with_exposure.reporting_asset_id
        and (
            instrument.kind = 'fx'
            or (instrument.kind = 'spot' and instrument.quote_asset_id = any(coins))
        )
$pays_with_exposure$;

comment on function utl_private.pays_with_exposure(
    utl_private.instruments, integer, integer[]
) is
'Whether what was paid for an instrument is an exposure of a book, too, and not cash: of a pair of
currencies, and of coins; not of what the book reports in. Written so that the planner inlines it.';
