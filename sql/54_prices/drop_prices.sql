create or replace function utl.drop_prices(before date)
returns table (partition text, dropped boolean)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '2s'
as $drop_prices$
declare
    _before timestamptz := date_trunc('month', before::timestamptz);
begin
    for partition in
        select c.relname
        from pg_catalog.pg_inherits as i
        inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'utl.prices'::regclass
            and c.relname ~ '^prices_\d{4}_\d{2}$'
            and to_timestamp(c.relname, '"prices_"YYYY_MM') < _before
        order by c.relname
    loop
        execute format('drop table utl_private.%I', partition);
        dropped := true;
        return next;
    end loop;

    -- The default partition is guarded against everybody: this is the one way around.
    alter table utl_private.prices_default disable trigger t10_refuse_partition;
    delete from utl_private.prices_default as p where p.at < _before;
    if found then
        partition := 'prices_default';
        dropped := false;
        return next;
    end if;
    alter table utl_private.prices_default enable trigger t10_refuse_partition;
    delete from utl_private.latest_prices as l where l.at < _before;
end
$drop_prices$;

comment on function utl.drop_prices(date) is
'Drops the prices of the months (UTC) before that of a date, the latest ones included if they are
that old: what they priced is then unpriced, and figures as of those months are too. Returns the
partitions that were dropped, and prices_default, not dropped, if prices were deleted from it. Who
reads or writes prices waits while it waits for those who do, so it gives up after two seconds:
55P03. Nothing is dropped unless this is called; `utl archive --facts prices` keeps them in files.';
