create or replace function utl_private.require_whole(
    corrected utl.fills[], correction_ids bigint[]
)
returns void
language plpgsql
as $require_whole$
declare
    _fee numeric;
    _venue_fill_id text;
    _price numeric;
begin
    select c.fee, f.venue_fill_id into _fee, _venue_fill_id
    from unnest(corrected) as f
    inner join utl.corrections as c
        on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
    where c.correction_id = any(correction_ids) and c.fee <> 0 and f.fee_asset_id is null
    limit 1;
    if found then
        raise exception 'a fee of % has no asset', _fee
        using
            errcode = '23U06',
            detail = format('Fill %s was recorded without one.', _venue_fill_id),
            hint = 'Amend the asset together with the fee.';
    end if;
    select c.price, f.venue_fill_id into _price, _venue_fill_id
    from unnest(corrected) as f
    inner join utl.corrections as c
        on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
    inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
    where c.correction_id = any(correction_ids) and c.price <= 0 and i.is_inverse
    limit 1;
    if found then
        raise exception 'the price of an inverse contract must be positive'
        using
            errcode = '22U07',
            detail = format('Fill %s was to be amended to %s.', _venue_fill_id, _price),
            hint = 'Its value is quantity × multiplier ÷ price.';
    end if;
end
$require_whole$;

comment on function utl_private.require_whole(utl.fills[], bigint[]) is
'Raises 23U06 for an amended fee where neither the amendment nor the fill names an asset, and 22U07
for a price that an inverse contract cannot have. Of a correction that came before its fill such a
value does not count, for the fill must not be refused: utl.fill_corrections.problem.';
