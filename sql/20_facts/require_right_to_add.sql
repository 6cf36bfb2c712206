create or replace function utl_private.require_right_to_add()
returns void
language plpgsql
stable
as $require_right_to_add$
declare
    -- current_user is the owner here, and who calls is what it was before.
    _caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
begin
    if not has_function_privilege(_caller, 'utl.add_account(text, text)', 'execute') then
        raise exception 'role % may not add accounts, instruments and assets', _caller
        using
            errcode = '23U04',
            detail = 'No fill was recorded.',
            hint = 'Record without create_unknown, or ask who has the role utl_admin.';
    end if;
end
$require_right_to_add$;

comment on function utl_private.require_right_to_add() is
'Raises 23U04 unless the caller may add reference data: recording fills alone is no right to.';
