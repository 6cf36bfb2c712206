-- depends: 0002_reference
-- Facts: what happened. They are only ever inserted.

-- One order of arrival over all facts, whatever their kind.
create sequence utl_private.fact_ids as bigint;

-- Wide columns first, so that no row carries padding.
create table utl.fills (
    fill_id bigint not null default nextval('utl_private.fact_ids'),
    executed_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    sequence bigint not null default 0,
    book_id integer not null,
    account_id integer not null,
    instrument_id integer not null,
    fee_asset_id integer,
    side text not null,
    quantity numeric not null,
    price numeric not null,
    fee numeric not null default 0,
    liquidity text,
    venue_fill_id text not null,
    venue_order_id text,
    -- NaN sorts above Infinity, so one upper bound keeps both out.
    constraint fills_quantity_is_positive check (quantity > 0 and quantity < 'Infinity'),
    constraint fills_price_is_finite check (price > '-Infinity' and price < 'Infinity'),
    constraint fills_fee_is_finite check (fee > '-Infinity' and fee < 'Infinity'),
    constraint fills_fee_has_an_asset check (fee = 0 or fee_asset_id is not null),
    constraint fills_side_is_buy_or_sell check (side in ('buy', 'sell')),
    constraint fills_liquidity_is_maker_or_taker check (liquidity in ('maker', 'taker')),
    constraint fills_executed_at_is_finite check (isfinite(executed_at)),
    constraint fills_recorded_at_is_finite check (isfinite(recorded_at)),
    constraint fills_have_a_venue_fill_id check (venue_fill_id ~ '\S')
) partition by range (executed_at);

create table utl_private.fills_default partition of utl.fills default;

-- Both orders of a fill are nearly the physical one: a few pages of index for any number of rows.
create index fills_by_time on utl.fills using brin (executed_at, fill_id);

-- The identity of a fill. Not partitioned by time: venues report one fill with different times.
create table utl_private.fill_keys (
    fill_id bigint not null,
    executed_at timestamptz not null,
    account_id integer not null,
    venue_fill_id text not null,
    content_digest bytea not null,
    constraint fills_are_recorded_once primary key (account_id, venue_fill_id)
);

-- A resend of a known fill with other content: neither applied nor dropped, but kept for a person.
create table utl_private.fill_conflicts (
    conflict_id bigint generated always as identity primary key,
    fill_id bigint not null,
    account_id integer not null,
    venue_fill_id text not null,
    content_digest bytea not null,
    content jsonb not null,
    source text,
    line bigint,
    raw text,
    executed_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint fill_conflicts_are_kept_once
    unique (account_id, venue_fill_id, content_digest, executed_at)
);

-- A row that could not become a fill, as it came, until somebody fixes and retries it.
create table utl_private.rejected_fills (
    rejected_fill_id bigint generated always as identity primary key,
    source text not null default '',
    line bigint not null,
    raw text not null,
    content jsonb,
    sqlstate text not null,
    reason text not null,
    rejected_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    resolution text
);

-- A rejected row that is sent again is the same rejected row.
create unique index rejected_fills_are_kept_once
on utl_private.rejected_fills (source, line, md5(raw));

create index rejected_fills_to_resolve
on utl_private.rejected_fills (source) where resolved_at is null;

-- A fill as it came: text, names instead of ids. place numbers the rows of a call; problem says why
-- it could not be read at all.
create type utl_private.incoming_fill as (
    place bigint,
    source text,
    line bigint,
    raw text,
    problem text,
    book text,
    account text,
    instrument text,
    venue_fill_id text,
    side text,
    quantity text,
    price text,
    executed_at text,
    fee text,
    fee_asset text,
    sequence text,
    liquidity text,
    venue_order_id text
);

-- The same, read and checked. outcome is booked, duplicate, conflict or rejected; fill_id is that
-- of the fill with its identity, whether this one or an earlier one.
create type utl_private.checked_fill as (
    place bigint,
    line bigint,
    outcome text,
    fill_id bigint,
    sqlstate text,
    reason text,
    content_digest bytea,
    executed_at timestamptz,
    sequence bigint,
    book_id integer,
    account_id integer,
    instrument_id integer,
    fee_asset_id integer,
    side text,
    quantity numeric,
    price numeric,
    fee numeric,
    liquidity text,
    venue_fill_id text,
    venue_order_id text
);
