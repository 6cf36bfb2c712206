-- depends: 0009_transactions
-- Constraints of costings and instruments are checked in no time: both are few.
-- squawk-ignore-file constraint-missing-not-valid
-- squawk-ignore-file ban-drop-constraint
-- squawk-ignore-file require-concurrent-index-creation
-- squawk-ignore-file adding-not-nullable-field
-- Inventories: costings that count what is owned by coin, in the reporting currency of the book.

alter table utl_private.costings
add column basis text not null default 'instrument',
add constraint costings_basis_is_known check (basis in ('instrument', 'asset'));

-- Every statement asks whether its books have inventories: few have.
create index costings_that_count_by_asset
on utl_private.costings (book_id) where basis = 'asset';

-- The inventory of an asset in a currency is an instrument with a negative id, so that nothing that
-- is traded can be taken for one.
create unique index instruments_have_one_inventory_a_currency
on utl_private.instruments (base_asset_id, cost_asset_id) where instrument_id < 0;

-- What one unit of an asset was worth in a reporting currency when a fact happened. Prices come
-- late or be dropped: what was booked must be booked alike when it is derived again. The last
-- counts.
create table utl.fact_rates (
    rate_id bigint not null default nextval('utl_private.fact_ids')
    constraint fact_rates_pkey primary key,
    recorded_at timestamptz not null default clock_timestamp(),
    fact_id bigint not null,
    asset_id integer not null references utl_private.assets,
    to_asset_id integer not null references utl_private.assets,
    rate numeric not null
    constraint fact_rates_are_positive check (rate > 0 and rate < 'Infinity'),
    price_at timestamptz,
    reason text
);

create index fact_rates_by_fact on utl.fact_rates (fact_id, asset_id, to_asset_id, rate_id);

-- What fills and transactions do to inventories, in the shape of fills and of transactions: derived
-- from the facts and their rates.
create table utl_private.inventory_fills (
    fill_id bigint not null,
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
    constraint inventory_fills_pkey primary key (fill_id, instrument_id, book_id)
);

create index inventory_fills_by_instrument
on utl_private.inventory_fills (book_id, instrument_id, executed_at);

-- of_kind and of_instrument_id are those of the fact; of fills of which no rate is known, 'fill'.
create table utl_private.inventory_transactions (
    transaction_id bigint not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    sequence bigint not null,
    book_id integer not null,
    account_id integer,
    instrument_id integer not null,
    asset_id integer,
    fee_asset_id integer,
    to_book_id integer,
    to_account_id integer,
    to_instrument_id integer,
    kind text not null,
    quantity numeric,
    amount numeric,
    price numeric,
    fee numeric not null,
    to_quantity numeric,
    new_units numeric,
    old_units numeric,
    opened_at timestamptz,
    reference text not null,
    reason text,
    of_kind text not null,
    of_instrument_id integer,
    constraint inventory_transactions_pkey
    primary key (transaction_id, instrument_id, book_id)
);

create index inventory_transactions_by_instrument
on utl_private.inventory_transactions (book_id, instrument_id, occurred_at);

create index inventory_transactions_by_target
on utl_private.inventory_transactions (to_book_id, to_instrument_id, occurred_at)
where to_instrument_id is not null;

alter table utl_private.restatements
drop constraint restatements_cause_is_known,
add constraint restatements_cause_is_known
check (
    cause in (
        'late fill', 'bust', 'amendment', 'costing', 'rebuild', 'reopening', 'transaction',
        'choice', 'rate'
    )
) not valid;

-- What a fill does to one inventory: see utl_private.inventory_moves.
create type utl_private.inventory_move as (
    fill utl.fills,
    asset_id integer,
    reporting_asset_id integer,
    quantity numeric,
    price numeric,
    fee numeric,
    fee_asset_id integer,
    is_fee boolean
);
