create or replace function utl.record_fills(
    fills jsonb,
    source text default null,
    book text default null,
    account text default null,
    timezone text default null,
    create_unknown boolean default false,
    venue text default null
)
returns table (line bigint, outcome text, fill_id bigint, sqlstate text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_fills$
declare
    _incoming utl_private.incoming_fill[] := utl_private.json_fills(
        fills, coalesce(source, ''), book, account, timezone
    );
begin
    if create_unknown then
        perform utl_private.create_unknown(_incoming, venue);
    end if;
    return query
    select
        c.line, c.outcome, case when c.outcome <> 'rejected' then c.fill_id end,
        c.sqlstate, c.reason
    from unnest(utl_private.record_incoming(_incoming)) as c
    order by c.place;
end
$record_fills$;

comment on function utl.record_fills(
    jsonb, text, text, text, text, boolean, text
) is
'Records fills from a JSON array of objects and returns one row for each: booked; duplicate, if the
fill is there already; conflict, if it is there with other content, which utl.fill_conflicts then
shows; rejected, with SQLSTATE and reason, if it cannot be a fill, which utl.rejected_fills then
shows. A bad row never stops the good ones, and sending everything again books nothing. Keys, with
names and not ids: book, account, instrument, venue_fill_id, side (buy, sell), quantity, price,
executed_at (ISO 8601 with zone, or Unix milliseconds); optional fee (positive = paid), fee_asset,
sequence, liquidity (maker, taker), venue_order_id, and line and raw, to find the row again.
Numbers may be JSON strings. source: where the rows come from, such as a file''s name. book and
account stand in where a row has none; timezone is that of times that have none. create_unknown
adds instruments, fee assets and accounts that are not known; an account at venue, or at what
stands before the first : or - in its name. Instruments and fee assets may be spelt as the venue of
the account does: utl.add_instrument_alias, utl.add_asset_alias. 22U04 if fills is not an array.';
