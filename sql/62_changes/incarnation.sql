create or replace function utl_private.incarnation()
returns text
language sql
stable
as $incarnation$
    select format(
        '%s-%s-%s', to_hex(c.system_identifier),
        case when pg_is_in_recovery() then 'standby'
            else left(pg_walfile_name(pg_current_wal_lsn()), 8)
        end,
        d.oid
    )
    from pg_control_system() as c
    cross join pg_catalog.pg_database as d
    where d.datname = current_database()
$incarnation$;

comment on function utl_private.incarnation() is
'Which life of the database this is: identifier and timeline of its server, and its own oid. Another
one if it was copied or restored from a dump, or restored to a point in time, or promoted.';
