create or replace function utl.set_setting(name text, setting text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $set_setting$
declare
    _known text[] := array(
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where a.attrelid = 'utl.settings'::regclass and a.attnum > 0
        order by a.attnum
    );
    _reason text;
begin
    if name = any(_known) then
        begin
            execute format('update utl_private.settings set %I = %L', name, setting);
            return;
        exception
            when data_exception or integrity_constraint_violation then
                _reason := sqlerrm;
        end;
    end if;
    raise exception 'setting % cannot be %',
        coalesce(quote_literal(name), 'null'), coalesce(quote_literal(setting), 'null')
    using
        errcode = '22U12',
        detail = coalesce(
            _reason, format('Known settings: %s.', array_to_string(_known, ', '))
        ),
        hint = 'The comments on the columns of utl.settings say what each may be.';
end
$set_setting$;

comment on function utl.set_setting(text, text) is
'Sets a setting: a column of utl.settings, with what it may be in its comment. 22U12: there is no
such setting, or it cannot be that.';
