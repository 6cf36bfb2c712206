-- depends: 0010_inventories
-- squawk-ignore-file require-concurrent-index-creation
-- squawk-ignore-file adding-not-nullable-field
-- The stream: what changed positions, in the order in which it may be read, and who has read it.

create sequence utl_private.change_ids as bigint;

-- One row a position and statement that changed it: the state after it. version is drawn under the
-- lock of the position, so it has no gaps; change_id may have some.
create table utl_private.position_changes (
    change_id bigint not null default nextval('utl_private.change_ids'),
    changed_at timestamptz not null default clock_timestamp(),
    effective_at timestamptz not null,
    position_id bigint not null,
    version bigint not null,
    book_id integer not null,
    facts integer not null,
    cause text not null,
    quantity numeric not null,
    cost numeric not null,
    realized_pnl numeric not null,
    fees numeric not null,
    realized_delta numeric not null,
    fact_ids bigint[] not null
) partition by range (changed_at);

create table utl_private.position_changes_default
partition of utl_private.position_changes default;

create index position_changes_by_id on utl_private.position_changes (change_id);

-- Up to which change everything may be read, and the ticks that are to move it: all changes up to
-- change_id may be read once all transactions before xid have ended.
create table utl_private.watermarks (
    only_row boolean not null default true
    constraint watermarks_pkey primary key
    constraint watermarks_are_one_row check (only_row),
    safe_change_id bigint not null default 0,
    ticked_at timestamptz not null default clock_timestamp()
);

insert into utl_private.watermarks default values;

create table utl_private.ticks (
    change_id bigint not null,
    xid xid8 not null
);

-- Who reads the stream, what of it, and how far he has come. Null filters: everything.
create table utl_private.subscribers (
    subscriber text not null
    constraint subscribers_pkey primary key,
    incarnation text not null,
    book_ids integer[],
    instrument_ids integer[],
    causes text[],
    costings text not null default 'primary'
    constraint subscribers_costings_are_known check (costings in ('primary', 'all')),
    acknowledged_id bigint not null,
    acknowledged_at timestamptz not null,
    subscribed_at timestamptz not null default clock_timestamp(),
    fetched_at timestamptz,
    constraint subscribers_name_is_not_blank check (subscriber ~ '\S')
) with (fillfactor = 50);

alter table utl_private.settings
add column notify text not null default 'direct'
constraint settings_notify_is_known check (notify in ('direct', 'ticker', 'off')),
add column stream_retention interval not null default interval '30 days'
constraint settings_stream_retention_is_a_day_or_more
check (stream_retention >= interval '1 day');
