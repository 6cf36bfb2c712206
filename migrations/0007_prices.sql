-- depends: 0006_periods
-- Prices of instruments and rates between assets, which are facts, and the latest of each.

create table utl.prices (
    price_id bigint not null default nextval('utl_private.fact_ids'),
    at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    instrument_id integer,
    base_asset_id integer,
    quote_asset_id integer,
    source text not null,
    bid numeric,
    ask numeric,
    mark numeric,
    constraint prices_are_of_an_instrument_or_of_a_pair check (
        num_nonnulls(base_asset_id, quote_asset_id)
        = case when instrument_id is null then 2 else 0 end
    ),
    constraint prices_pair_has_two_assets check (base_asset_id <> quote_asset_id),
    constraint prices_have_a_source check (source ~ '\S'),
    constraint prices_have_a_bid_an_ask_or_a_mark check (num_nonnulls(bid, ask, mark) > 0),
    -- NaN sorts above Infinity, so one upper bound keeps both out.
    constraint prices_bid_is_finite check (bid > '-Infinity' and bid < 'Infinity'),
    constraint prices_ask_is_finite check (ask > '-Infinity' and ask < 'Infinity'),
    constraint prices_mark_is_finite check (mark > '-Infinity' and mark < 'Infinity'),
    constraint prices_bid_is_not_above_ask check (bid <= ask),
    constraint prices_rate_is_positive
    check (instrument_id is not null or least(bid, ask, mark) > 0),
    constraint prices_at_is_finite check (isfinite(at)),
    constraint prices_recorded_at_is_finite check (isfinite(recorded_at))
) partition by range (at);

create table utl_private.prices_default partition of utl.prices default;

-- The price of a time is the first entry at or before it, read backwards.
create index prices_of_instruments on utl.prices (instrument_id, source, at, price_id)
where instrument_id is not null;

create index prices_of_pairs on utl.prices (base_asset_id, quote_asset_id, source, at, price_id)
where instrument_id is null;

-- The newest price of each instrument or pair and source. instrument_id is 0 for a pair; base and
-- quote are those of the rate that the price is, and 0 where an instrument's price is no rate.
-- Half-empty pages keep its updates in place (HOT): no index has a column that changes.
create table utl_private.latest_prices (
    instrument_id integer not null,
    base_asset_id integer not null,
    quote_asset_id integer not null,
    source text not null,
    price_id bigint not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    bid numeric,
    ask numeric,
    mark numeric,
    constraint latest_prices_pkey
    primary key (instrument_id, source, base_asset_id, quote_asset_id)
) with (fillfactor = 50);

create index latest_prices_by_base
on utl_private.latest_prices (base_asset_id, quote_asset_id) where base_asset_id <> 0;

create index latest_prices_by_quote
on utl_private.latest_prices (quote_asset_id, base_asset_id) where base_asset_id <> 0;

-- How the firm looks at its figures: one row.
create table utl_private.settings (
    only_row boolean not null default true
    constraint settings_are_one_row check (only_row),
    price_max_age interval not null default interval '1 hour'
    constraint settings_price_max_age_is_positive check (price_max_age > interval '0'),
    mark_at text not null default 'bid_ask'
    constraint settings_mark_at_is_known check (mark_at in ('bid_ask', 'mark')),
    constraint settings_pkey primary key (only_row)
);

insert into utl_private.settings default values;

-- A price as it came, read and checked; sqlstate and reason say why it is none.
create type utl_private.checked_price as (
    place bigint,
    line bigint,
    sqlstate text,
    reason text,
    instrument_id integer,
    base_asset_id integer,
    quote_asset_id integer,
    source text,
    bid numeric,
    ask numeric,
    mark numeric,
    at timestamptz
);

-- A way from an asset to another by the rates of one or more pairs: numerator ÷ denominator is the
-- rate, so that it is rounded once; price_at is the time of its oldest price; path has all assets.
create type utl_private.rate_path as (
    from_asset_id integer,
    to_asset_id integer,
    numerator numeric,
    denominator numeric,
    price_at timestamptz,
    path integer array
);
