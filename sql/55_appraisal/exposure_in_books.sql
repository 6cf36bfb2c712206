create or replace function utl_private.exposure_in_books(dimension text, as_of timestamptz)
returns table (
    ancestor_id integer, reporting_asset_id integer, dimension text, member text,
    base_quantity numeric, exposure numeric
)
language sql
stable
as $exposure_in_books$
    with lines as materialized (
        select l.*, a.ancestor_id, a.reporting_asset_id, c.venue_id
        from utl_private.exposure_lines(null, as_of) as l
        inner join utl_private.book_ancestors as a on l.book_id = a.book_id
        inner join utl_private.accounts as c on l.account_id = c.account_id
    ),

    valued as materialized (
        select
            l.ancestor_id, l.reporting_asset_id, l.book_id, l.instrument_id, l.asset_id,
            l.account_id, l.venue_id,
            case when l.has_delta then l.base_quantity end as base_quantity,
            l.exposure * r.rate as exposure
        from lines as l
        left join utl_private.rates_between(
            (select array_agg(m.cost_asset_id) from lines as m),
            (select array_agg(m.reporting_asset_id) from lines as m),
            as_of
        ) as r on l.cost_asset_id = r.from_asset_id and l.reporting_asset_id = r.to_asset_id
    ),

    -- What a book has of an asset by an instrument: in all, in each account, and at each venue.
    held as (
        select
            x.ancestor_id, x.reporting_asset_id, x.instrument_id, x.asset_id, x.account_id,
            x.venue_id,
            grouping(x.account_id, x.venue_id) = 3 as is_whole,
            sum(x.base_quantity) as base_quantity,
            case when count(*) = count(x.exposure) then sum(x.exposure) end as exposure
        from valued as x
        group by
            x.ancestor_id, x.reporting_asset_id, x.book_id, x.instrument_id, x.asset_id,
            grouping sets ((), (x.account_id), (x.venue_id))
    )

    select
        h.ancestor_id, h.reporting_asset_id, d.dimension, d.member,
        case when d.dimension = 'asset' or h.asset_id = i.base_asset_id then h.base_quantity end,
        h.exposure
    from held as h
    inner join utl_private.books as n on h.ancestor_id = n.book_id
    inner join utl_private.instruments as i on h.instrument_id = i.instrument_id
    inner join utl_private.assets as b on h.asset_id = b.asset_id
    left join utl_private.accounts as c on h.account_id = c.account_id
    left join utl_private.venues as v on h.venue_id = v.venue_id
    cross join lateral (
        values
        ('book', n.book, h.is_whole), ('asset', b.asset, h.is_whole),
        ('asset class', b.kind, h.is_whole), ('instrument', i.instrument, h.is_whole),
        ('instrument kind', i.kind, h.is_whole),
        ('account', c.account, c.account is not null), ('venue', v.venue, v.venue is not null)
    ) as d (dimension, member, is_meant)
    where
        d.is_meant
        and coalesce(d.dimension = exposure_in_books.dimension, true)
$exposure_in_books$;

comment on function utl_private.exposure_in_books(text, timestamptz) is
'What each book is exposed to by each asset of each instrument within each member of a dimension
(null: of each dimension), once for the book itself and once for every book above it, in the
currency of that one.';
