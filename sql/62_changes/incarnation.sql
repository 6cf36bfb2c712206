-- The stream: booking writes a row for each position that a statement changed. Who reads it must
-- not read what is still being written before it: rows come to be seen in another order than that
-- of their ids. So there is a watermark. A tick notes the last id that was drawn, S, and only then
-- draws a transaction id of its own, N. Whoever drew an id up to S had a transaction id before
-- that, lower than N; once all lower than N have ended, all up to S can be seen. Subscribers read
-- in order of change_id up to the watermark, keep how far they came, and miss nothing.

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
