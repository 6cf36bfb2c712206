create or replace function utl_private.require_corrected()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $require_corrected$
declare
    _archived record;
begin
    select a.account, c.venue_fill_id, k.executed_at into _archived
    from new_corrections as c
    inner join utl_private.accounts as a on c.account_id = a.account_id
    inner join utl_private.fill_keys as k
        on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
    where k.executed_at < utl_private.archived_up_to(null, true)
    limit 1;
    if found then
        raise exception 'fill % is archived', _archived.venue_fill_id
        using
            errcode = '55U06',
            detail = format(
                'Account %s, executed at %s.', _archived.account, _archived.executed_at
            ),
            hint = format(
                'Bring it back with `utl restore --from %s`, and correct it then.',
                to_char(_archived.executed_at at time zone 'UTC', 'YYYY-MM')
            );
    end if;
    return null;
end
$require_corrected$;

comment on function utl_private.require_corrected() is
'Trigger on utl.corrections, once a statement, before they are booked: raises 55U06 for those of
fills that are archived.';

create or replace trigger t25_require_corrected
after insert on utl.corrections
referencing new table as new_corrections
for each statement execute function utl_private.require_corrected();
