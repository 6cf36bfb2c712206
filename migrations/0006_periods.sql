-- depends: 0005_time
-- Constraints of costings are checked in no time: costings are few.
-- squawk-ignore-file constraint-missing-not-valid
-- squawk-ignore-file ban-drop-constraint
-- squawk-ignore-file disallowed-unique-constraint
-- Costings that change from a time on or are being built, and periods that are closed.

-- Each method that a costing had is a row: it holds from starts_at until, not with, ends_at.
alter table utl_private.costings
add column starts_at timestamptz not null default '-infinity',
add column ends_at timestamptz not null default 'infinity',
add column is_built boolean not null default true,
add constraint costings_end_after_they_start check (starts_at < ends_at),
add constraint costings_by_arrival_do_not_change check (
    booking_order = 'event_time' or (starts_at = '-infinity' and ends_at = 'infinity')
),
drop constraint costings_are_named_once_a_book;

alter table utl_private.costings
add constraint costings_are_named_once_a_book unique (book_id, costing, starts_at);

-- The mark is one a book, and on each of the rows of the costing that has it.
-- squawk-ignore require-concurrent-index-deletion
drop index utl_private.costings_have_one_primary_a_book;

-- Concurrently is not possible in a transaction, and costings are few.
-- squawk-ignore require-concurrent-index-creation
create unique index costings_have_one_primary_a_book
on utl_private.costings (book_id) where is_primary and ends_at = 'infinity';

-- How far a costing is built that a book with a long history got: the facts are booked in windows
-- of time, [bounds[n], bounds[n + 1]), a transaction each. bounds is null until it is known.
create table utl_private.costing_builds (
    book_id integer not null,
    costing_id integer not null,
    bounds timestamptz[],
    windows_done integer not null default 0,
    becomes_primary boolean not null default false,
    constraint costing_builds_pkey primary key (book_id, costing_id)
);

-- What is booked into a costing that is being built: it waits until the history is there.
create sequence utl_private.deferrals as bigint;

create table utl_private.deferred_legs (
    position_id bigint not null,
    deferral bigint not null,
    effective_at timestamptz not null,
    sequence bigint not null,
    fill_id bigint not null,
    book_id integer not null,
    quantity numeric not null,
    amount numeric not null,
    fee numeric not null,
    rank numeric not null
);

create index deferred_legs_by_position on utl_private.deferred_legs (position_id, deferral);

-- Facts of a time before this are booked at this time.
alter table utl_private.books
add column closed_up_to timestamptz not null default '-infinity';

create table utl_private.period_changes (
    period_change_id bigint not null default nextval('utl_private.fact_ids')
    constraint period_changes_pkey primary key,
    book_id integer not null references utl_private.books,
    kind text not null
    constraint period_changes_kind_is_known check (kind in ('close', 'reopen')),
    up_to timestamptz not null,
    up_to_before timestamptz not null,
    reason text,
    recorded_by text not null default session_user,
    recorded_at timestamptz not null default clock_timestamp()
);

-- How the fills are booked that a closed period concerns. Each row is booked like a fill, under its
-- own fill_id: the fill of of_fill_id as it stood when its period was closed, what takes that back,
-- or what comes instead. What was closed when is in no other fact, so a rebuild keeps these.
create table utl_private.prior_period_bookings (
    fill_id bigint not null
    constraint prior_period_bookings_pkey primary key,
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
    of_fill_id bigint not null,
    belongs_at timestamptz not null,
    kind text not null
    constraint prior_period_bookings_kind_is_known
    check (kind in ('as closed', 'reversal', 'replacement', 'late')),
    is_current boolean not null
);

create index prior_period_bookings_by_fill
on utl_private.prior_period_bookings (of_fill_id);

-- When the first and the last of the fills were executed that touch it.
alter type utl_private.touched
add attribute first_at timestamptz,
add attribute last_at timestamptz;

-- Not valid, for what is there was checked against fewer causes.
alter table utl_private.restatements
drop constraint restatements_cause_is_known,
add constraint restatements_cause_is_known
check (
    cause in ('late fill', 'bust', 'amendment', 'costing', 'rebuild', 'reopening')
) not valid;

-- A restatement reads what it superseded by its id alone: with the position in the same index a
-- kept plan may choose another, and read all that was ever superseded in the position.
-- squawk-ignore require-concurrent-index-deletion
drop index utl_private.superseded_entries_by_position;

-- squawk-ignore require-concurrent-index-creation
create index superseded_entries_by_restatement
on utl_private.superseded_entries (restatement_id);

-- When the lots were opened that a position took over from the method before. In open_lots they are
-- as old as the change.
create table utl_private.carried_lots (
    position_id bigint not null,
    fill_id bigint not null,
    book_id integer not null,
    opened_at timestamptz not null,
    constraint carried_lots_pkey primary key (position_id, fill_id, book_id)
);
