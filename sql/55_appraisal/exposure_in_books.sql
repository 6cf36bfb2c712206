create or replace function utl_private.exposure_in_books(dimension text, as_of timestamptz)
returns table (
    ancestor_id integer, reporting_asset_id integer, dimension text, member text,
    base_quantity numeric, exposure numeric
)
language sql
stable
as $exposure_in_books$
    with lines as materialized (
        select l.*, a.ancestor_id, a.reporting_asset_id
        from utl_private.exposure_lines(null, as_of) as l
        inner join utl_private.book_ancestors as a on l.book_id = a.book_id
    ),

    asked as (
        select d.*
        from (
            values
            ('book', 'all'), ('asset', 'all'), ('asset class', 'all'), ('instrument', 'all'),
            ('instrument kind', 'all'), ('account', 'account'), ('venue', 'venue')
        ) as d (dimension, part)
        where coalesce(d.dimension = exposure_in_books.dimension, true)
    ),

    -- What a book has of an asset by an instrument: in all, in each account, or at each venue.
    held as (
        select
            l.ancestor_id, l.reporting_asset_id, l.instrument_id, l.asset_id, p.part,
            case p.part when 'account' then l.account_id when 'venue' then c.venue_id end
                as part_id,
            sum(case when l.has_delta then l.base_quantity end) as base_quantity,
            case when count(*) = count(l.exposure * r.rate) then sum(l.exposure * r.rate) end
                as exposure
        from lines as l
        left join utl_private.rates_between(
            (select array_agg(m.cost_asset_id) from lines as m),
            (select array_agg(m.reporting_asset_id) from lines as m),
            as_of
        ) as r on l.cost_asset_id = r.from_asset_id and l.reporting_asset_id = r.to_asset_id
        left join utl_private.accounts as c on l.account_id = c.account_id
        cross join (select distinct a.part from asked as a) as p
        where p.part = 'all' or l.account_id is not null
        group by l.book_id, 1, 2, 3, 4, 5, 6
    )

    select
        h.ancestor_id, h.reporting_asset_id, d.dimension,
        case d.dimension
            when 'book' then n.book
            when 'asset' then b.asset
            when 'asset class' then b.kind
            when 'instrument' then coalesce(i.instrument, b.asset)
            when 'instrument kind' then coalesce(i.kind, 'asset')
            when 'account' then c.account
            when 'venue' then v.venue
        end,
        case
            when d.dimension = 'asset' or h.asset_id = coalesce(i.base_asset_id, h.asset_id)
                then h.base_quantity
        end,
        h.exposure
    from held as h
    inner join asked as d on h.part = d.part
    inner join utl_private.books as n on h.ancestor_id = n.book_id
    left join utl_private.instruments as i on h.instrument_id = i.instrument_id
    inner join utl_private.assets as b on h.asset_id = b.asset_id
    left join utl_private.accounts as c on d.part = 'account' and h.part_id = c.account_id
    left join utl_private.venues as v on d.part = 'venue' and h.part_id = v.venue_id
$exposure_in_books$;

comment on function utl_private.exposure_in_books(text, timestamptz) is
'What each book is exposed to by each asset of each instrument within each member of a dimension
(null: of each dimension), once for the book itself and once for every book above it, in the
currency of that one.';
