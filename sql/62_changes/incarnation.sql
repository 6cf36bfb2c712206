create or replace function utl_private.incarnation()
returns text
language sql
stable
as $incarnation$
    select format(
        '%s-%s', to_hex(c.system_identifier),
        case when pg_is_in_recovery() then 'standby'
            else left(pg_walfile_name(pg_current_wal_lsn()), 8)
        end
    )
    from pg_control_system() as c
$incarnation$;

comment on function utl_private.incarnation() is
'Which life of the database this is: its system identifier and its timeline. Another one if it was
restored from a dump, or to a point in time, or promoted.';
