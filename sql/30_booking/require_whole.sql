create or replace function utl_private.require_whole(
    corrected utl.fills[], correction_ids bigint[]
)
returns void
language plpgsql
as $require_whole$
declare
    _fee numeric;
    _venue_fill_id text;
    _waiting utl.corrections;
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
    select u.* into _waiting
    from utl_private.unmet_corrections(correction_ids) as u
    where u.price <= 0
    limit 1;
    if found then
        raise exception 'this amendment cannot wait for its fill'
        using
            errcode = '23U06',
            detail = format(
                'Fill %s is not there yet, and the price is %s.',
                _waiting.venue_fill_id, _waiting.price
            ),
            hint = 'An inverse contract has no such price. Send it after the fill.';
    end if;
end
$require_whole$;

comment on function utl_private.require_whole(utl.fills[], bigint[]) is
'Raises 23U06 for an amendment of a fee where neither it nor the fill names an asset, and for one that
waits for its fill with a price that not every instrument has: when it comes, the fill must not be
refused for it.';
