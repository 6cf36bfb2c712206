-- Registration: reference data is added by name, by functions that may be repeated. The same call
-- twice changes nothing; a call that contradicts what is there is refused, because what is booked
-- depends on it. Whatever a thing refers to and that needs no more than a name is added with it.

create or replace function utl.add_account(account text, venue text)
returns utl.accounts
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_account$
declare
    _account utl.accounts;
begin
    perform utl.add_venue(venue);
    insert into utl_private.accounts (account, venue_id)
    values (add_account.account, utl.venue_id(venue))
    on conflict on constraint accounts_are_named_once do nothing;
    select a.* into _account from utl.accounts as a where a.account = add_account.account;
    if _account.venue <> venue then
        raise exception 'account % is held at %, not at %', account, _account.venue, venue
        using
            errcode = '23U02',
            detail = 'Fills name their account; its venue does not change.',
            hint = 'Give the account at the other venue a name of its own.';
    end if;
    return _account;
end
$add_account$;

comment on function utl.add_account(text, text) is
'Adds an account at a venue, and the venue if need be. Account names are unique in the firm.
Repeating it changes nothing; 23U02 if the account is held at another venue. Returns its row of
utl.accounts.';
