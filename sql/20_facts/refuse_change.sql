create or replace function utl_private.refuse_change()
returns trigger
language plpgsql
as $refuse_change$
begin
    raise exception '% of % is refused: facts are never changed', lower(tg_op), tg_table_name
    using
        errcode = '55U01',
        detail = format('The table is %I.%I.', tg_table_schema, tg_table_name),
        hint = 'Facts are only ever added: what was wrong is put right by another fact.';
end
$refuse_change$;

comment on function utl_private.refuse_change() is
'Trigger: raises 55U01 for every UPDATE, DELETE and TRUNCATE of facts.';

create or replace trigger t10_refuse_change
before update or delete or truncate on utl.fills
for each statement execute function utl_private.refuse_change();
