create or replace function utl_private.require_nobody_follows(subscriber text)
returns void
language plpgsql
as $require_nobody_follows$
begin
    -- Sessions that follow hold this for as long as they do: "utls" in ASCII, and the name.
    perform pg_advisory_xact_lock(x'75746c73'::integer, hashtext(subscriber));
exception
    when lock_not_available then
        raise exception 'subscriber % is being followed', quote_literal(subscriber)
        using
            errcode = '55U09',
            detail = 'A session holds the lock on the name: see application_name in '
                'pg_stat_activity.',
            hint = 'Stop the script or the bridge that follows, then rewind.';
end
$require_nobody_follows$;

comment on function utl_private.require_nobody_follows(text) is
'Raises 55U09 while a session follows the stream under a name, and keeps others from starting until
the transaction ends. Who only fetches by SQL takes no lock.';
