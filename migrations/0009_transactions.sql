-- depends: 0008_coin_fees
-- Constraints of costings are checked in no time: costings are few. Added columns are new.
-- squawk-ignore-file constraint-missing-not-valid
-- squawk-ignore-file ban-drop-constraint
-- squawk-ignore-file disallowed-unique-constraint
-- squawk-ignore-file require-concurrent-index-creation
-- squawk-ignore-file adding-not-nullable-field
-- Transactions: all that moves quantity or money and is no fill; and the flows of each account.

-- quantity is signed as the account sees it: positive came in. amount is what it was worth or cost
-- in the cost asset of the instrument, null where that is not known (came in) or not asked for
-- (went out: it leaves at its cost).
create table utl.transactions (
    transaction_id bigint not null default nextval('utl_private.fact_ids')
    constraint transactions_pkey primary key,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    sequence bigint not null default 0,
    book_id integer not null,
    account_id integer,
    instrument_id integer,
    asset_id integer,
    fee_asset_id integer,
    to_book_id integer,
    to_account_id integer,
    to_instrument_id integer,
    kind text not null,
    quantity numeric,
    amount numeric,
    price numeric,
    fee numeric not null default 0,
    to_quantity numeric,
    new_units numeric,
    old_units numeric,
    opened_at timestamptz,
    reference text not null default gen_random_uuid()::text,
    reason text,
    constraint transactions_are_recorded_once unique (account_id, reference),
    constraint transactions_kind_is_known check (
        kind in (
            'opening_balance', 'deposit', 'withdrawal', 'transfer', 'network_fee', 'funding',
            'interest', 'rebate', 'dividend', 'fee', 'borrow', 'repay', 'reward', 'airdrop',
            'adjustment', 'cash_in_lieu', 'split', 'conversion', 'spin_off', 'expiry'
        )
    ),
    constraint transactions_quantity_is_finite
    check (quantity > '-Infinity' and quantity < 'Infinity'),
    constraint transactions_amount_is_finite check (amount > '-Infinity' and amount < 'Infinity'),
    constraint transactions_price_is_finite check (price > '-Infinity' and price < 'Infinity'),
    constraint transactions_fee_is_finite check (fee > '-Infinity' and fee < 'Infinity'),
    constraint transactions_to_quantity_is_finite
    check (to_quantity > '-Infinity' and to_quantity < 'Infinity'),
    constraint transactions_units_are_positive check (
        new_units > 0 and new_units < 'Infinity' and old_units > 0 and old_units < 'Infinity'
    ),
    constraint transactions_occurred_at_is_finite check (isfinite(occurred_at)),
    constraint transactions_opened_at_is_finite check (isfinite(opened_at)),
    constraint transactions_have_a_reference check (reference ~ '\S')
);

create unique index transactions_of_books_are_recorded_once
on utl.transactions (book_id, instrument_id, reference) where account_id is null;

-- Those that move positions.
create index transactions_by_instrument
on utl.transactions (book_id, instrument_id, occurred_at)
where kind not in ('funding', 'interest', 'rebate', 'dividend', 'fee', 'borrow', 'repay');

-- Where lots of another position arrive.
create index transactions_by_target
on utl.transactions (to_book_id, to_instrument_id, occurred_at) where to_book_id is not null;

create index transactions_by_time on utl.transactions (occurred_at);

-- What takes a transaction back, or completes it.
create table utl.transaction_corrections (
    correction_id bigint not null default nextval('utl_private.fact_ids')
    constraint transaction_corrections_pkey primary key,
    recorded_at timestamptz not null default clock_timestamp(),
    transaction_id bigint not null references utl.transactions,
    kind text not null
    constraint transaction_corrections_kind_is_known check (kind in ('cancel', 'amend')),
    occurred_at timestamptz,
    quantity numeric,
    amount numeric,
    opened_at timestamptz,
    reason text,
    constraint transaction_corrections_occurred_at_is_finite check (isfinite(occurred_at)),
    constraint transaction_corrections_opened_at_is_finite check (isfinite(opened_at)),
    constraint transaction_corrections_quantity_is_finite
    check (quantity > '-Infinity' and quantity < 'Infinity'),
    constraint transaction_corrections_amount_is_finite
    check (amount > '-Infinity' and amount < 'Infinity'),
    constraint transaction_corrections_that_cancel_change_no_value check (
        kind <> 'cancel' or num_nonnulls(occurred_at, quantity, amount, opened_at) = 0
    ),
    constraint transaction_corrections_that_amend_change_a_value check (
        kind <> 'amend' or num_nonnulls(occurred_at, quantity, amount, opened_at) > 0
    )
);

create index transaction_corrections_by_transaction
on utl.transaction_corrections (transaction_id, correction_id);

-- What the facts of each book, account and instrument add up to, whatever the costing: of fills
-- (kind fill) a row an asset in which fees were paid, of transactions a row a kind and asset.
-- quantity is of the instrument, notional is quantity × price, received is what came in of the
-- asset (fees are negative), at_price what that was worth at the prices of its fills if the asset
-- is what the instrument trades. Half-empty pages keep its updates in place (HOT).
create table utl_private.flows (
    book_id integer not null,
    account_id integer not null,
    instrument_id integer not null,
    asset_id integer not null,
    kind text not null,
    quantity numeric not null,
    notional numeric not null,
    received numeric not null,
    at_price numeric not null,
    constraint flows_pkey primary key (book_id, instrument_id, account_id, asset_id, kind)
) with (fillfactor = 50);

-- And, of transactions, when the first was recorded, and its place within its time.
alter type utl_private.touched
add attribute quantity numeric,
add attribute notional numeric,
add attribute recorded_at timestamptz,
add attribute sequence bigint,
add attribute fact_id bigint;

-- By which rule a leg is booked, null being that of a fill; the lot that it names, and which that
-- was first; its place among the legs of one fact.
alter type utl_private.leg
add attribute rule text,
add attribute lot_id bigint,
add attribute lot_opened_at timestamptz,
add attribute lot_sequence bigint,
add attribute origin_id bigint,
add attribute chosen_quantity numeric,
add attribute place integer;

alter type utl_private.outcome
add attribute rule text,
add attribute lot_sequence bigint;

alter table utl_private.entries add column rule text;
alter table utl_private.superseded_entries add column rule text;

-- Positions that transactions or choices of lots concern: their lots may not close in the order in
-- which they came, and not stay as they came.
alter table utl_private.positions
add column has_transactions boolean not null default false;

-- Lots that a position got from another one: which fill or transaction opened them first, and their
-- place among the lots.
alter table utl_private.carried_lots
add column origin_id bigint,
add column sequence bigint,
add column rank numeric;

-- Which lots a fill is to close.
alter table utl.corrections
add column lots jsonb,
drop constraint corrections_kind_is_bust_or_amend,
add constraint corrections_kind_is_known check (kind in ('bust', 'amend', 'choose')),
add constraint corrections_that_choose_name_lots check ((kind = 'choose') = (lots is not null));

create table utl_private.chosen_lots (
    fill_id bigint not null
    constraint chosen_lots_pkey primary key,
    book_id integer not null,
    account_id integer not null,
    instrument_id integer not null,
    lots jsonb not null
);

create index chosen_lots_by_instrument
on utl_private.chosen_lots (book_id, instrument_id, account_id);

alter table utl_private.costings
drop constraint costings_method_is_known,
add constraint costings_method_is_known
check (method in ('wac', 'fifo', 'lifo', 'hifo', 'lofo', 'specific'));

alter table utl_private.restatements
drop constraint restatements_cause_is_known,
add constraint restatements_cause_is_known
check (
    cause in (
        'late fill', 'bust', 'amendment', 'costing', 'rebuild', 'reopening', 'transaction',
        'choice'
    )
) not valid;

-- What to do about shorts: a fill that happened is never refused, but it may be one to look at.
alter table utl_private.books
add column shorts text not null default 'allow',
add constraint books_shorts_are_known check (shorts in ('allow', 'flag'));

alter table utl_private.accounts
add column shorts text not null default 'allow',
add constraint accounts_shorts_are_known check (shorts in ('allow', 'flag'));

-- Lots that move: by which transaction, from which position to which, and where that is in them.
create type utl_private.move as (
    transaction_id bigint,
    from_position_id bigint,
    to_position_id bigint,
    effective_at timestamptz,
    sequence bigint
);

-- A part of a position that is folded at once: from its point, in the state it has there, up to,
-- not with, a place.
create type utl_private.slice as (
    point utl_private.leg,
    until_at timestamptz,
    until_sequence bigint,
    until_id bigint
);

-- What is about to be folded again in positions between which lots move; empty between statements.
create unlogged table utl_private.waiting_legs (
    restatement_id bigint not null,
    position_id bigint not null,
    effective_at timestamptz not null,
    sequence bigint not null,
    fill_id bigint not null,
    place integer not null,
    leg utl_private.leg not null
);

create index waiting_legs_by_position
on utl_private.waiting_legs (
    restatement_id, position_id, effective_at, sequence, fill_id, place
);
