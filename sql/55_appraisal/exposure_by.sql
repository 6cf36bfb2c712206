create or replace function utl.exposure_by(
    dimension text default null, as_of timestamptz default 'infinity'
)
returns table (
    book text, dimension_of text, member text, reporting_asset text, quantity numeric,
    net_exposure numeric, gross_exposure numeric, positions bigint, unvalued bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off               -- the planner takes every function to return few rows
as $exposure_by$
declare
    _known text[] := array[
        'book', 'asset', 'asset class', 'venue', 'account', 'instrument', 'instrument kind'
    ];
begin
    if dimension <> all(_known) then
        raise exception 'exposure cannot be shown by %', quote_literal(dimension)
        using
            errcode = '22U13',
            detail = format('Known dimensions: %s.', array_to_string(_known, ', ')),
            hint = 'Choose one of them, or null for all of them.';
    end if;
    return query
    select
        b.book, h.dimension, h.member, r.asset,
        trim_scale(case when h.dimension in ('asset', 'instrument') then sum(h.base_quantity) end),
        trim_scale(coalesce(sum(h.exposure), 0)), trim_scale(coalesce(sum(abs(h.exposure)), 0)),
        count(*), count(*) - count(h.exposure)
    from utl_private.exposure_in_books(exposure_by.dimension, as_of) as h
    inner join utl_private.books as b on h.ancestor_id = b.book_id
    inner join utl_private.assets as r on h.reporting_asset_id = r.asset_id
    group by b.book, h.dimension, h.member, r.asset;
end
$exposure_by$;

comment on function utl.exposure_by(text, timestamptz) is
'Exposure of every book with all books below it, in its reporting asset, at a time (infinity is
now), by book, asset, asset class, venue, account, instrument or instrument kind; null: by each of
them. Columns are those of utl.exposure_totals. 22U13: no such dimension.';
