create or replace function utl_private.name_facts(incoming utl_private.incoming_fact[])
returns setof utl_private.fact_names
language sql
stable
as $name_facts$
    with named as (
        select
            u.place, u.content, b.book_id, a.account_id, tb.book_id as to_book_id,
            ta.account_id as to_account_id,
            coalesce(ia.instrument_id, i.instrument_id) as instrument_id,
            coalesce(tia.instrument_id, ti.instrument_id) as to_instrument_id,
            coalesce(sa.asset_id, s.asset_id) as asset_id,
            coalesce(fa.asset_id, f.asset_id) as fee_asset_id
        from unnest(incoming) as u
        left join utl_private.books as b on u.content ->> 'book' = b.book
        left join utl_private.books as tb on u.content ->> 'to_book' = tb.book
        left join utl_private.accounts as a on u.content ->> 'account' = a.account
        left join utl_private.accounts as ta on u.content ->> 'to_account' = ta.account
        left join utl_private.instruments as i on u.content ->> 'instrument' = i.instrument
        left join utl_private.instruments as ti on u.content ->> 'to_instrument' = ti.instrument
        left join utl_private.assets as s on u.content ->> 'asset' = s.asset
        left join utl_private.assets as f on u.content ->> 'fee_asset' = f.asset
        left join utl_private.instrument_aliases as ia
            on a.venue_id = ia.venue_id and u.content ->> 'instrument' = ia.symbol
        left join utl_private.instrument_aliases as tia
            on a.venue_id = tia.venue_id and u.content ->> 'to_instrument' = tia.symbol
        left join utl_private.asset_aliases as sa
            on a.venue_id = sa.venue_id and u.content ->> 'asset' = sa.symbol
        left join utl_private.asset_aliases as fa
            on a.venue_id = fa.venue_id and u.content ->> 'fee_asset' = fa.symbol
    )

    select
        n.place, n.book_id, n.account_id, n.to_book_id, n.to_account_id, n.instrument_id,
        n.to_instrument_id, n.asset_id, n.fee_asset_id, i.settlement_asset_id,
        (
            select k.kind || ' ' || (n.content ->> k.key)
            from (
                values
                ('book', 'book', n.book_id), ('account', 'account', n.account_id),
                ('book', 'to_book', n.to_book_id), ('account', 'to_account', n.to_account_id),
                ('instrument', 'instrument', n.instrument_id),
                ('instrument', 'to_instrument', n.to_instrument_id),
                ('asset', 'asset', n.asset_id), ('fee_asset', 'fee_asset', n.fee_asset_id)
            ) as k (kind, key, id)
            where k.id is null and n.content ? k.key
            limit 1
        )
    from named as n
    left join utl_private.instruments as i on n.instrument_id = i.instrument_id
$name_facts$;

comment on function utl_private.name_facts(utl_private.incoming_fact[]) is
'The ids behind the names in rows, aliases of the venue of their account first, and the first name
that is unknown.';
