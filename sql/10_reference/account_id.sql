-- Reference data: what trades, where, and for whom.
--
-- An asset can be held (BTC, USD); an instrument is traded (BTC/USDT, BTC/USDT:USDT) and has a
-- base, a quote and a cost currency. An account is one wallet or sub-account at a venue. A book
-- owns risk and profit, and its costings say how unit cost is computed. People and files use names,
-- facts carry ids. All of it is added by functions that may be repeated: the same call twice
-- changes nothing.

create or replace function utl.account_id(account text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $account_id$
declare
    _account_id integer;
begin
    select t.account_id into _account_id
    from utl_private.accounts as t
    where t.account = account_id.account;
    if not found then
        perform utl_private.refuse_name(
            'account', account_id.account, array(select t.account from utl_private.accounts as t)
        );
    end if;
    return _account_id;
end
$account_id$;

comment on function utl.account_id(text) is
'The id of the account of that name. 22U01 if there is none; the hint has the nearest known names.';
