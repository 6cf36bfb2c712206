create or replace function utl_private.with_aliases(
    venue_id integer, symbol text, instrument_id integer, asset text, asset_id integer
)
returns table (instrument_id integer, asset_id integer)
language sql
stable
as $with_aliases$
    select
        coalesce(
            (
                select i.instrument_id from utl_private.instrument_aliases as i
                where i.venue_id = with_aliases.venue_id and i.symbol = with_aliases.symbol
            ),
            with_aliases.instrument_id
        ),
        coalesce(
            (
                select a.asset_id from utl_private.asset_aliases as a
                where a.venue_id = with_aliases.venue_id and a.symbol = with_aliases.asset
            ),
            with_aliases.asset_id
        )
$with_aliases$;

comment on function utl_private.with_aliases(integer, text, integer, text, integer) is
'What a symbol and an asset mean at a venue, if they are aliases there; else what they are by name.
Written so that the planner inlines it and looks each up, which of few aliases costs nothing.';
