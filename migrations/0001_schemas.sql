-- Two schemas: utl is the contract that others read and call, utl_private is what stands behind it.
create schema utl;
create schema utl_private;

-- What of sql/ is loaded: one row, written by `utl migrate`.
create table utl_private.code_version (
    only_row boolean primary key default true
        constraint code_version_is_one_row check (only_row),
    release text not null,
    digest text not null,
    loaded_at timestamptz not null default now()
);

-- Our own digests of applied migrations: yoyo knows a migration by its file name only.
create table utl_private.migration_digests (
    migration text primary key,
    digest text not null,
    applied_at timestamptz not null default now()
);
