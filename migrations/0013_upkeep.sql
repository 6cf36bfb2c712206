-- depends: 0012_ingestion
-- Upkeep: months of facts that were written to files, and what is kept of them.

-- A month of fills or prices that was, or is about to be, written to a file and taken out. It is
-- frozen from started_at on, and out from archived_at to restored_at. Months go out from the oldest
-- on and come back from the newest on, so that what is out is all before one time.
create table utl_private.archives (
    archive_id bigint generated always as identity
    constraint archives_pkey primary key,
    relation text not null
    constraint archives_relation_is_known check (relation in ('fills', 'prices')),
    partition text not null,
    month_start timestamptz not null,
    month_end timestamptz not null,
    columns text[] not null,
    rows bigint,
    digest text,
    path text,
    known_up_to timestamptz,
    started_at timestamptz not null default clock_timestamp(),
    archived_at timestamptz,
    restored_at timestamptz,
    constraint archives_that_are_out_are_described
    check (archived_at is null or num_nonnulls(rows, digest, path) = 3)
);

create unique index archives_are_one_a_month
on utl_private.archives (relation, month_start) where restored_at is null;

-- What the fills of an archived month add up to, in the columns of utl_private.flows: between two
-- splits apart, at the place of the last fill. is_apart: prior_period_bookings says what is booked.
create table utl_private.archived_flows (
    archive_id bigint not null references utl_private.archives,
    at timestamptz not null,
    sequence bigint not null,
    fact_id bigint not null,
    recorded_at timestamptz not null,
    book_id integer not null,
    account_id integer not null,
    instrument_id integer not null,
    asset_id integer not null,
    is_apart boolean not null,
    quantity numeric not null,
    notional numeric not null,
    received numeric not null,
    at_price numeric not null
);

create index archived_flows_by_book on utl_private.archived_flows (book_id, instrument_id);

-- Archived fills as they count whose lots may still be open: their prices rank these.
create table utl_private.archived_origins (
    fill_id bigint not null
    constraint archived_origins_pkey primary key,
    executed_at timestamptz not null,
    recorded_at timestamptz not null,
    sequence bigint not null,
    book_id integer not null,
    account_id integer not null,
    instrument_id integer not null,
    fee_asset_id integer,
    side text not null,
    quantity numeric not null,
    price numeric not null,
    fee numeric not null,
    liquidity text,
    venue_fill_id text not null,
    venue_order_id text,
    archive_id bigint not null references utl_private.archives
);
