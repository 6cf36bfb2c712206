create or replace function utl_private.unmet_corrections(correction_ids bigint[])
returns setof utl.corrections
language sql
stable
as $unmet_corrections$
    select c.*
    from utl.corrections as c
    where
        c.correction_id = any(correction_ids)
        and not exists (
            select from utl_private.fill_keys as k
            where k.account_id = c.account_id and k.venue_fill_id = c.venue_fill_id
        )
$unmet_corrections$;

comment on function utl_private.unmet_corrections(bigint[]) is
'Those of the corrections whose fill is not there.';
