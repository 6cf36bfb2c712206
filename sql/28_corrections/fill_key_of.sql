create or replace function utl_private.fill_key_of(
    account text, inout venue_fill_id text, fill_id bigint, out account_id integer
)
language plpgsql
volatile                                -- its fill may be archived while it waits
as $fill_key_of$
begin
    if (fill_id is null) = (account is null or venue_fill_id is null)
        or (fill_id is not null and num_nonnulls(account, venue_fill_id) > 0)
    then
        raise exception 'a fill is named by account and venue_fill_id, or by fill_id'
        using
            errcode = '22U06',
            detail = format(
                'account is %s, venue_fill_id %s, fill_id %s.',
                coalesce(account, 'null'), coalesce(venue_fill_id, 'null'),
                coalesce(fill_id::text, 'null')
            ),
            hint = 'Give the two, or the one.';
    end if;
    if fill_id is null then
        account_id := utl.account_id(account);
        return;
    end if;
    select f.account_id, f.venue_fill_id into account_id, venue_fill_id
    from utl.fills as f
    where f.fill_id = fill_key_of.fill_id;
    if not found then
        perform utl_private.require_facts(null, k.executed_at)
        from utl_private.fill_keys as k
        where k.fill_id = fill_key_of.fill_id;
        raise exception 'there is no fill with fill_id %', fill_id
        using
            errcode = '22U01',
            detail = 'Fills are in utl.fills.',
            hint = 'A fill that has yet to come is named by account and venue_fill_id.';
    end if;
end
$fill_key_of$;

comment on function utl_private.fill_key_of(text, text, bigint) is
'Account and venue_fill_id of a fill that is named by them, or by its fill_id. 22U01: unknown
account or fill_id; 22U06: neither or both were given; 55U06: the fill is archived.';
