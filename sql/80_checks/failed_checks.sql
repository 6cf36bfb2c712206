create or replace function utl.failed_checks()
returns table (check_name text, title text, violations bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $failed_checks$
begin
    for check_name, title in
        select c.relname, obj_description(c.oid, 'pg_class')
        from pg_catalog.pg_class as c
        where
            c.relnamespace = 'utl_private'::regnamespace
            and c.relkind = 'v'
            and c.relname like 'check\_%'
        order by c.relname
    loop
        execute format('select count(*) from utl_private.%I', check_name) into violations;
        if violations > 0 then
            return next;
        end if;
    end loop;
end
$failed_checks$;

comment on function utl.failed_checks() is
'The consistency checks that find something, with how much; no rows from a ledger that is right. The
rows themselves are in the view utl_private.<check_name>.';
