create or replace function utl_private.traded_facts(fills utl.fills[])
returns table (
    fill utl.fills, fact_id bigint, happened_at timestamptz, is_owned boolean,
    base_asset_id integer, quote_asset_id integer, cost_asset_id integer,
    reporting_asset_id integer, quantity numeric, price numeric
)
language sql
stable
as $traded_facts$
    select
        f::utl.fills, coalesce(p.of_fill_id, f.fill_id), coalesce(p.belongs_at, f.executed_at),
        i.kind in ('spot', 'equity', 'fx'),
        i.base_asset_id, i.quote_asset_id, i.cost_asset_id, b.reporting_asset_id,
        utl_private.signed_quantity(f.side, f.quantity), f.price * i.multiplier
    from unnest(fills) as f
    inner join utl_private.books as b on f.book_id = b.book_id
    inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
    left join utl_private.prior_period_bookings as p on f.fill_id = p.fill_id
    where utl_private.has_inventories(f.book_id)
$traded_facts$;

comment on function utl_private.traded_facts(utl.fills[]) is
'Those of the fills whose books have inventories, with what they trade. price is that of one unit in
the quote; fact_id and happened_at are what their rates are recorded for, and of when.';
