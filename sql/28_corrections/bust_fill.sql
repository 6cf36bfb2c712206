create or replace function utl.bust_fill(
    account text default null,
    venue_fill_id text default null,
    reason text default null,
    source text default null,
    fill_id bigint default null
)
returns utl.corrections
language sql
security definer
set search_path = pg_catalog, pg_temp
as $bust_fill$
    insert into utl.corrections (kind, account_id, venue_fill_id, reason, source)
    select 'bust', k.account_id, k.venue_fill_id, bust_fill.reason, bust_fill.source
    from utl_private.fill_key_of(
        bust_fill.account, bust_fill.venue_fill_id, bust_fill.fill_id
    ) as k
    returning *
$bust_fill$;

comment on function utl.bust_fill(text, text, text, text, bigint) is
'Takes a fill back, known by its account and venue_fill_id, or by its fill_id: it does not count
any more. By account and venue_fill_id it may come later; it will not count then. Busting it again
changes nothing. 22U01: unknown account or fill_id; 22U06: neither or both were given. Returns the
correction.';
