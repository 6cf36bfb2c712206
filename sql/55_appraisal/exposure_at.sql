create or replace function utl.exposure_at(
    as_of timestamptz default 'infinity', book text default null
)
returns table (
    book text, account text, venue text, instrument text, kind text, asset text,
    asset_class text, quantity numeric, base_quantity numeric, has_delta boolean, price numeric,
    price_at timestamptz, exposure_reporting numeric, gross_exposure_reporting numeric,
    reporting_asset text, is_priced boolean, is_stale boolean,
    book_id integer, account_id integer, instrument_id integer
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $exposure_at$
    with lines as materialized (
        select e.*, b.book, b.reporting_asset_id
        from utl_private.exposure_lines(
            (select utl.book_id(exposure_at.book) where exposure_at.book is not null), as_of
        ) as e
        left join utl_private.books as b on e.book_id = b.book_id
    )

    select
        l.book, c.account, v.venue, i.instrument, coalesce(i.kind, 'asset'), a.asset, a.kind,
        trim_scale(l.quantity), trim_scale(l.base_quantity), l.has_delta, trim_scale(l.price),
        l.price_at, w.worth, abs(w.worth), n.asset, w.worth is not null,
        coalesce(l.is_price_stale, false) or coalesce(r.is_stale, false),
        l.book_id, l.account_id, l.instrument_id
    from lines as l
    left join utl_private.accounts as c on l.account_id = c.account_id
    left join utl_private.venues as v on c.venue_id = v.venue_id
    left join utl_private.instruments as i on l.instrument_id = i.instrument_id
    left join utl_private.assets as a on l.asset_id = a.asset_id
    left join utl_private.assets as n on l.reporting_asset_id = n.asset_id
    left join utl_private.rates_between(
        (select array_agg(m.cost_asset_id) from lines as m),
        (select array_agg(m.reporting_asset_id) from lines as m),
        as_of
    ) as r on l.cost_asset_id = r.from_asset_id and l.reporting_asset_id = r.to_asset_id
    cross join lateral (select trim_scale(l.exposure * r.rate)) as w (worth)
$exposure_at$;

comment on function utl.exposure_at(timestamptz, text) is
'Exposure of a book, or with null of every book, at a time (infinity is now): columns are those of
utl.exposure. It costs what came after that time. 22U01: unknown book.';
