create or replace function utl.book_holdings_at(
    as_of timestamptz default 'infinity', book text default null
)
returns table (
    book text, account text, venue text, kind text, asset text, instrument text,
    quantity numeric, loans numeric, worth_reporting numeric, reporting_asset text,
    is_priced boolean, is_stale boolean, reason text,
    book_id integer, account_id integer, asset_id integer, instrument_id integer
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off               -- the planner takes every function to return few rows
as $book_holdings_at$
    select
        b.book, c.account, v.venue,
        case when h.asset_id is null then 'contract' else 'asset' end,
        a.asset, i.instrument, trim_scale(h.quantity), trim_scale(h.loans),
        trim_scale(h.worth_reporting), r.asset, h.worth_reporting is not null, h.is_stale,
        h.reason, h.book_id, h.account_id, h.asset_id, h.instrument_id
    from utl_private.appraise_holdings(
        (select utl.book_id(book_holdings_at.book) where book_holdings_at.book is not null),
        as_of
    ) as h
    inner join utl_private.books as b on h.book_id = b.book_id
    inner join utl_private.assets as r on h.reporting_asset_id = r.asset_id
    left join utl_private.accounts as c on h.account_id = c.account_id
    left join utl_private.venues as v on c.venue_id = v.venue_id
    left join utl_private.assets as a on h.asset_id = a.asset_id
    left join utl_private.instruments as i on h.instrument_id = i.instrument_id
$book_holdings_at$;

comment on function utl.book_holdings_at(timestamptz, text) is
'What each account held for a book, or with null for each book, at a time (infinity is now): columns
are those of utl.book_holdings. It costs what came after that time. 22U01: unknown book.';
