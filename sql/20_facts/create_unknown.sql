create or replace function utl_private.create_unknown(
    incoming utl_private.incoming_fill[], venue text
)
returns void
language plpgsql
as $create_unknown$
declare
    _name text;
begin
    perform utl_private.require_right_to_add();
    for _name in
        select distinct u.account
        from unnest(incoming) as u
        where
            u.account not in (select a.account from utl_private.accounts as a)
            and utl_private.fill_problem(u) is null
        order by 1
    loop
        perform utl_private.add_unknown('account', _name, venue);
    end loop;

    for _name in
        select distinct u.instrument
        from unnest(incoming) as u
        where
            u.instrument not in (select i.instrument from utl_private.instruments as i)
            and not exists (
                select
                from utl.accounts as a
                inner join utl.instrument_aliases as x on a.venue = x.venue
                where a.account = u.account and x.symbol = u.instrument
            )
            and utl_private.fill_problem(u) is null
        order by 1
    loop
        perform utl_private.add_unknown('instrument', _name);
    end loop;

    for _name in
        select distinct u.fee_asset
        from unnest(incoming) as u
        where
            u.fee_asset not in (select a.asset from utl_private.assets as a)
            and not exists (
                select
                from utl.accounts as a
                inner join utl.asset_aliases as x on a.venue = x.venue
                where a.account = u.account and x.symbol = u.fee_asset
            )
            and utl_private.fill_problem(u) is null
        order by 1
    loop
        perform utl_private.add_unknown('asset', _name);
    end loop;
end
$create_unknown$;

comment on function utl_private.create_unknown(utl_private.incoming_fill[], text) is
'Adds the accounts, instruments and fee assets that rows name and nobody has added, unless they are
aliases at their account''s venue; in the order of their names, so that two sessions do not wait for
each other. Rows that cannot be fills add nothing.';
