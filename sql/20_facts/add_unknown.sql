create or replace function utl_private.add_unknown(kind text, name text, venue text default null)
returns boolean
language plpgsql
as $add_unknown$
begin
    if kind = 'account' then
        perform utl.add_account(name, coalesce(venue, substring(name from '^[^:-]+'), name));
    elsif kind = 'instrument' then
        perform utl.add_instrument(name);
    else
        perform utl.add_asset(name);
    end if;
    return true;
exception
    when data_exception or integrity_constraint_violation or program_limit_exceeded then
        return false;
end
$add_unknown$;

comment on function utl_private.add_unknown(text, text, text) is
'Adds an account, an instrument or an asset that rows name. False if there cannot be one of that
name: it stays unknown, so that its rows are rejected, and the others are not.';
