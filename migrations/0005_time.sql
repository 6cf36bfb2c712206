-- depends: 0004_booking
-- Corrections of facts, which are facts, and the record of what they and late fills restated.

create table utl.corrections (
    correction_id bigint not null default nextval('utl_private.fact_ids'),
    recorded_at timestamptz not null default clock_timestamp(),
    executed_at timestamptz,
    sequence bigint,
    account_id integer not null references utl_private.accounts,
    fee_asset_id integer references utl_private.assets,
    kind text not null,
    quantity numeric,
    price numeric,
    fee numeric,
    venue_fill_id text not null,
    reason text,
    source text,
    constraint corrections_pkey primary key (account_id, venue_fill_id, correction_id),
    constraint corrections_kind_is_bust_or_amend check (kind in ('bust', 'amend')),
    constraint corrections_that_bust_change_no_value check (
        kind <> 'bust'
        or num_nonnulls(executed_at, sequence, quantity, price, fee, fee_asset_id) = 0
    ),
    constraint corrections_that_amend_change_a_value check (
        kind <> 'amend'
        or num_nonnulls(executed_at, sequence, quantity, price, fee, fee_asset_id) > 0
    ),
    constraint corrections_quantity_is_positive check (quantity > 0 and quantity < 'Infinity'),
    constraint corrections_price_is_finite check (price > '-Infinity' and price < 'Infinity'),
    constraint corrections_fee_is_finite check (fee > '-Infinity' and fee < 'Infinity'),
    constraint corrections_executed_at_is_finite check (isfinite(executed_at)),
    constraint corrections_have_a_venue_fill_id check (venue_fill_id ~ '\S')
);

-- Corrections that came before their fill: it is booked as corrected when it comes.
create table utl_private.pending_corrections (
    account_id integer not null,
    venue_fill_id text not null,
    constraint pending_corrections_pkey primary key (account_id, venue_fill_id)
);

create table utl_private.restatements (
    restatement_id bigint not null,
    position_id bigint not null,
    book_id integer not null,
    recorded_at timestamptz not null,
    restated_from timestamptz not null,
    cause text not null
        constraint restatements_cause_is_known
        check (cause in ('late fill', 'bust', 'amendment', 'costing', 'rebuild')),
    fact_ids bigint[] not null,
    facts bigint not null,
    entries_replaced bigint not null,
    realized_pnl_before numeric not null,
    realized_pnl_after numeric not null,
    constraint restatements_pkey primary key (restatement_id, position_id, book_id)
);

create index restatements_by_time on utl_private.restatements using brin (recorded_at);

-- Concurrently is not possible in a transaction, and what was superseded is little.
-- squawk-ignore require-concurrent-index-creation
create index superseded_entries_by_time
on utl_private.superseded_entries (position_id, effective_at);
