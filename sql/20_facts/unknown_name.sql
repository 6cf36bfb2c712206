create or replace function utl_private.unknown_name(
    kind text, book text, account text, instrument text, fee_asset text
)
returns text
language sql
immutable
parallel safe
as $unknown_name$
    select format(
        'unknown %s %s',
        kind,
        utl_private.quote_shortly(
            case kind
                when 'book' then book
                when 'account' then account
                when 'instrument' then instrument
                else fee_asset
            end
        )
    )
$unknown_name$;

comment on function utl_private.unknown_name(text, text, text, text, text) is
'Says which name of a row is unknown.';
