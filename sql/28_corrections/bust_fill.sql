create or replace function utl.bust_fill(
    account text, venue_fill_id text, reason text default null, source text default null
)
returns utl.corrections
language sql
security definer
set search_path = pg_catalog, pg_temp
as $bust_fill$
    insert into utl.corrections (kind, account_id, venue_fill_id, reason, source)
    values (
        'bust', utl.account_id(bust_fill.account), bust_fill.venue_fill_id,
        bust_fill.reason, bust_fill.source
    )
    returning *
$bust_fill$;

comment on function utl.bust_fill(text, text, text, text) is
'Takes a fill back, known by its account and venue_fill_id: it does not count any more. The fill may
come later; it will not count then. Busting it again changes nothing. 22U01: unknown account.
Returns the correction.';
