-- depends: 0001_schemas
-- Reference data: small, slowly changing, read by every booking.
-- Identifiers are integers because every fill carries several; people and files use the names.

create table utl_private.assets (
    asset_id integer generated always as identity primary key,
    asset text not null constraint assets_are_named_once unique,
    kind text not null default 'crypto'
        constraint assets_kind_is_known
        check (kind in ('crypto', 'stablecoin', 'fiat', 'security', 'commodity', 'other')),
    constraint assets_name_is_not_blank check (asset ~ '\S')
);

create table utl_private.instruments (
    instrument_id integer generated always as identity primary key,
    instrument text not null constraint instruments_are_named_once unique,
    kind text not null
        constraint instruments_kind_is_known
        check (kind in ('spot', 'perpetual', 'future', 'option', 'equity', 'fx')),
    base_asset_id integer not null references utl_private.assets,
    quote_asset_id integer not null references utl_private.assets,
    settlement_asset_id integer not null references utl_private.assets,
    -- The currency in which the instrument's cost and profit are counted.
    cost_asset_id integer not null references utl_private.assets,
    multiplier numeric not null default 1,
    is_inverse boolean not null default false,
    expires_at timestamptz,
    constraint instruments_name_is_not_blank check (instrument ~ '\S'),
    constraint instruments_multiplier_is_positive
    check (multiplier > 0 and multiplier < 'Infinity')
);

create table utl_private.venues (
    venue_id integer generated always as identity primary key,
    venue text not null constraint venues_are_named_once unique,
    constraint venues_name_is_not_blank check (venue ~ '\S')
);

create table utl_private.accounts (
    account_id integer generated always as identity primary key,
    account text not null constraint accounts_are_named_once unique,
    venue_id integer not null references utl_private.venues,
    constraint accounts_name_is_not_blank check (account ~ '\S')
);

create table utl_private.books (
    book_id integer generated always as identity primary key,
    book text not null constraint books_are_named_once unique,
    parent_book_id integer references utl_private.books,
    reporting_asset_id integer not null references utl_private.assets,
    constraint books_name_is_not_blank check (book ~ '\S'),
    constraint books_are_not_their_own_parent check (parent_book_id <> book_id)
);

create table utl_private.costings (
    costing_id integer generated always as identity,
    book_id integer not null references utl_private.books,
    costing text not null,
    method text not null
        constraint costings_method_is_known
        check (method in ('wac', 'fifo', 'lifo', 'hifo', 'lofo')),
    pool text not null default 'book'
        constraint costings_pool_is_known check (pool in ('book', 'account')),
    fees text not null default 'expense'
        constraint costings_fees_are_known check (fees in ('expense', 'capitalize')),
    rank_by text not null default 'price'
        constraint costings_rank_is_known check (rank_by in ('price', 'unit_cost')),
    booking_order text not null default 'event_time'
        constraint costings_order_is_known check (booking_order in ('event_time', 'arrival')),
    is_primary boolean not null default false,
    constraint costings_pkey primary key (book_id, costing_id),
    constraint costings_are_named_once_a_book unique (book_id, costing),
    constraint costings_name_is_not_blank check (costing ~ '\S')
);

create unique index costings_have_one_primary_a_book
on utl_private.costings (book_id) where is_primary;
