-- depends: 0011_stream
-- Tables that are altered here are small, and added columns have a constant default.
-- squawk-ignore-file constraint-missing-not-valid
-- squawk-ignore-file disallowed-unique-constraint
-- squawk-ignore-file require-concurrent-index-creation
-- squawk-ignore-file require-concurrent-index-deletion
-- squawk-ignore-file adding-foreign-key-constraint
-- Ingestion: how venues spell names, transactions and statements in bulk, rows that were refused.

-- How a venue spells an instrument or an asset. What is an alias at an account's venue wins over a
-- name of the registry, so that a name that is added later changes nothing.
create table utl_private.instrument_aliases (
    venue_id integer not null references utl_private.venues,
    instrument_id integer not null references utl_private.instruments,
    symbol text not null,
    constraint instrument_aliases_mean_one_instrument_a_venue primary key (venue_id, symbol),
    constraint instrument_aliases_are_not_blank check (symbol ~ '\S')
);

create table utl_private.asset_aliases (
    venue_id integer not null references utl_private.venues,
    asset_id integer not null references utl_private.assets,
    symbol text not null,
    constraint asset_aliases_mean_one_asset_a_venue primary key (venue_id, symbol),
    constraint asset_aliases_are_not_blank check (symbol ~ '\S')
);

-- What a venue said that an account held: one line of its statement a row. Signed as the account
-- sees it.
create table utl.venue_statements (
    statement_line_id bigint not null default nextval('utl_private.fact_ids')
    constraint venue_statements_pkey primary key,
    as_of timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    account_id integer not null references utl_private.accounts,
    asset_id integer references utl_private.assets,
    instrument_id integer references utl_private.instruments,
    quantity numeric not null,
    source text not null default '',
    constraint venue_statements_are_of_an_asset_or_an_instrument
    check (num_nonnulls(asset_id, instrument_id) = 1),
    constraint venue_statements_quantity_is_finite
    check (quantity > '-Infinity' and quantity < 'Infinity'),
    constraint venue_statements_as_of_is_finite check (isfinite(as_of)),
    constraint venue_statements_say_a_quantity_once
    unique nulls not distinct (account_id, as_of, asset_id, instrument_id, source)
);

-- A rejected row is of any kind of fact; a row may be several: it is their nth of that kind.
alter table utl_private.rejected_fills
add column fact text not null default 'fill'
constraint rejected_fills_fact_is_known check (fact in ('fill', 'transaction', 'statement')),
add column part integer not null default 1;

drop index utl_private.rejected_fills_are_kept_once;
create unique index rejected_fills_are_kept_once
on utl_private.rejected_fills (source, line, md5(raw), fact, part);

-- A transaction or a line of a statement as it came. content is what it says, by key.
create type utl_private.incoming_fact as (
    place bigint,
    source text,
    line bigint,
    part integer,
    raw text,
    problem text,
    content jsonb
);

-- What its names are the names of; unknown is the kind and name of one that is of nothing.
create type utl_private.fact_names as (
    place bigint,
    book_id integer,
    account_id integer,
    to_book_id integer,
    to_account_id integer,
    instrument_id integer,
    to_instrument_id integer,
    asset_id integer,
    fee_asset_id integer,
    settlement_asset_id integer,
    unknown text
);

-- What became of it. fact_id is that of the fact with its identity, this one or an earlier one.
create type utl_private.checked_fact as (
    place bigint,
    line bigint,
    outcome text,
    fact_id bigint,
    sqlstate text,
    reason text
);

-- The same of a transaction; one that its own function has to record is told by content.
create type utl_private.checked_transaction as (
    place bigint,
    line bigint,
    outcome text,
    fact_id bigint,
    sqlstate text,
    reason text,
    content jsonb,
    transaction utl.transactions
);
