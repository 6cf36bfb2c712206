create or replace function utl_private.guard_partition(partition regclass)
returns void
language plpgsql
as $guard_partition$
begin
    execute format(
        'create or replace trigger t10_refuse_partition '
        'before insert or update or delete or truncate on %s '
        'for each statement execute function utl_private.refuse_partition()',
        partition
    );
end
$guard_partition$;

comment on function utl_private.guard_partition(regclass) is
'Guards a partition of the facts against statements that name it.';
