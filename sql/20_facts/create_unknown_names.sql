create or replace function utl_private.create_unknown_names(
    incoming utl_private.incoming_fact[], venue text
)
returns void
language plpgsql
as $create_unknown_names$
declare
    _name text;
    _kind text;
    _refused text[] := array[]::text[];
begin
    perform utl_private.require_right_to_add();
    for _name in
        select distinct k.name
        from unnest(incoming) as u
        cross join unnest(array[u.content ->> 'account', u.content ->> 'to_account']) as k (name)
        where
            k.name is not null
            and k.name not in (select a.account from utl_private.accounts as a)
        order by 1
    loop
        perform utl_private.add_unknown('account', _name, venue);
    end loop;

    loop                                -- a row tells its next unknown name when one is known
        select k.kind, k.name into _kind, _name
        from utl_private.name_facts(incoming) as n
        cross join lateral (
            select
                split_part(n.unknown, ' ', 1) as kind,
                substr(n.unknown, strpos(n.unknown, ' ') + 1) as name
        ) as k
        where k.kind in ('instrument', 'asset', 'fee_asset') and k.name <> all(_refused)
        order by k.kind, k.name
        limit 1;
        exit when not found;
        if not utl_private.add_unknown(_kind, _name) then
            _refused := _refused || _name;
        end if;
    end loop;
end
$create_unknown_names$;

comment on function utl_private.create_unknown_names(utl_private.incoming_fact[], text) is
'Adds the accounts, instruments and assets that transactions or lines of statements name and nobody
has added, unless they are aliases: as utl_private.create_unknown.';
