-- depends: 0003_facts
-- What booking derives from the facts: all of it can be thrown away and replayed.

-- A position's current state. Half-empty pages keep its updates in place (HOT).
create table utl_private.positions (
    position_id bigint generated always as identity,
    book_id integer not null,
    costing_id integer not null,
    account_id integer not null,
    instrument_id integer not null,
    version bigint not null default 0,
    opened_at timestamptz,
    last_effective_at timestamptz not null default '-infinity',
    last_sequence bigint not null default 0,
    last_fill_id bigint not null default 0,
    quantity numeric not null default 0,
    cost numeric not null default 0,
    realized_pnl numeric not null default 0,
    fees numeric not null default 0,
    constraint positions_pkey primary key (position_id, book_id),
    constraint positions_are_one_a_key unique (book_id, costing_id, instrument_id, account_id),
    constraint positions_when_flat_cost_nothing check (quantity <> 0 or cost = 0)
) with (fillfactor = 50);

-- Fees paid in an asset other than the position's cost currency.
create table utl_private.position_fees (
    position_id bigint not null,
    book_id integer not null,
    asset_id integer not null,
    fees numeric not null,
    constraint position_fees_pkey primary key (position_id, asset_id, book_id)
) with (fillfactor = 50);

-- A position's journal: one row a part of a fill that opens, or that closes against one lot
-- (or the average). lot_fill_id and lot_opened_at name the lot a part closes; rank is kept for hifo
-- and lofo only, so that a restatement finds it again.
create table utl_private.entries (
    position_id bigint not null,
    effective_at timestamptz not null,
    sequence bigint not null,
    fill_id bigint not null,
    booked_at timestamptz not null,
    lot_fill_id bigint,
    lot_opened_at timestamptz,
    book_id integer not null,
    part integer not null,
    rank numeric,
    quantity numeric not null,
    amount numeric not null,
    fee numeric not null,
    realized_pnl numeric not null,
    quantity_after numeric not null,
    cost_after numeric not null,
    realized_pnl_after numeric not null,
    fees_after numeric not null
) partition by range (effective_at);

create table utl_private.entries_default partition of utl_private.entries default;

create index entries_by_position on utl_private.entries (position_id, effective_at);

create sequence utl_private.restatement_ids as bigint;

-- Entries that a restatement replaced, with the time at which they stopped being believed.
create table utl_private.superseded_entries (
    like utl_private.entries,
    restatement_id bigint not null,
    believed_until timestamptz not null
);

create index superseded_entries_by_position
on utl_private.superseded_entries (position_id, restatement_id);

-- What is left of opening fills. rank orders the lots of hifo and lofo, and is 0 for the others.
-- The columns up to fill_id are the order in which lots close, so that lots compare as rows.
create table utl_private.open_lots (
    position_id bigint not null,
    rank numeric not null,
    opened_at timestamptz not null,
    sequence bigint not null,
    fill_id bigint not null,
    book_id integer not null,
    quantity numeric not null,
    cost numeric not null,
    constraint open_lots_pkey primary key (position_id, fill_id, book_id)
) with (fillfactor = 70);

create index open_lots_in_closing_order
on utl_private.open_lots (position_id, rank, opened_at, sequence, fill_id);

-- What the fills of one statement touch: each combination once, with the sum of its fees.
create type utl_private.touched as (
    book_id integer,
    account_id integer,
    instrument_id integer,
    fee_asset_id integer,
    fee numeric
);

-- What a fold eats: a signed quantity and the signed amount of cost currency that goes with it, and
-- the state of the position it starts from.
create type utl_private.leg as (
    position_id bigint,
    book_id integer,
    method text,
    effective_at timestamptz,
    sequence bigint,
    fill_id bigint,
    quantity numeric,
    amount numeric,
    fee numeric,
    rank numeric,
    position_quantity numeric,
    position_cost numeric,
    position_realized_pnl numeric,
    position_fees numeric,
    position_opened_at timestamptz,
    last_effective_at timestamptz,
    last_sequence bigint,
    last_fill_id bigint
);

-- What a fold returns: an entry, or, with part null, the state of a position after its last leg. A
-- position whose legs are older than its last entry is not folded: it comes back as is_late.
create type utl_private.outcome as (
    is_late boolean,
    position_id bigint,
    book_id integer,
    effective_at timestamptz,
    sequence bigint,
    fill_id bigint,
    part integer,
    lot_fill_id bigint,
    lot_opened_at timestamptz,
    quantity numeric,
    amount numeric,
    fee numeric,
    realized_pnl numeric,
    rank numeric,
    quantity_after numeric,
    cost_after numeric,
    realized_pnl_after numeric,
    fees_after numeric,
    opened_at timestamptz
);
