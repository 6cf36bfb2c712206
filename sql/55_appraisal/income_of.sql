create or replace function utl.income_of(
    book text default null, as_of timestamptz default 'infinity'
)
returns table (
    book text, account text, instrument text, kind text, asset text, amount numeric, rate numeric,
    reporting_asset text, amount_reporting numeric, book_id integer, instrument_id integer
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $income_of$
    with amounts as materialized (
        select
            f.book_id, f.account_id, f.instrument_id, b.book, b.reporting_asset_id,
            a.kind, a.asset_id, sum(a.amount) as amount
        from utl_private.account_flows(
            (select utl.book_id(income_of.book) where income_of.book is not null), as_of
        ) as f
        inner join utl_private.books as b on f.book_id = b.book_id
        left join utl_private.instruments as i on f.instrument_id = i.instrument_id
        cross join lateral utl_private.amounts_in(f, i) as a
        where a.kind <> 'fee'
        group by
            f.book_id, f.account_id, f.instrument_id, b.book, b.reporting_asset_id, a.kind,
            a.asset_id
        having sum(a.amount) <> 0
    )

    select
        m.book, c.account, i.instrument, m.kind, a.asset, trim_scale(m.amount), r.rate, n.asset,
        trim_scale(m.amount * r.rate), m.book_id, nullif(m.instrument_id, 0)
    from amounts as m
    inner join utl_private.assets as a on m.asset_id = a.asset_id
    inner join utl_private.assets as n on m.reporting_asset_id = n.asset_id
    left join utl_private.accounts as c on m.account_id = c.account_id
    left join utl_private.instruments as i on m.instrument_id = i.instrument_id
    left join utl_private.rates_between(
        (select array_agg(s.asset_id) from amounts as s),
        (select array_agg(s.reporting_asset_id) from amounts as s),
        as_of
    ) as r on m.asset_id = r.from_asset_id and m.reporting_asset_id = r.to_asset_id
$income_of$;

comment on function utl.income_of(text, timestamptz) is
'Funding and other income of a book, or with null of every book, up to a time (infinity is now):
columns are those of utl.income. It costs what came after that time. 22U01: unknown book.';
