create or replace function utl_private.corrected_fills(correction_ids bigint[])
returns utl.fills[]
language sql
stable
as $corrected_fills$
    with keys as (
        select distinct k.executed_at, k.fill_id
        from utl.corrections as c
        inner join utl_private.fill_keys as k
            on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
        where c.correction_id = any(correction_ids)
    )

    select array_agg(f)
    from keys as k
    inner join utl.fills as f on k.executed_at = f.executed_at and k.fill_id = f.fill_id
$corrected_fills$;

comment on function utl_private.corrected_fills(bigint[]) is
'The fills that corrections are about, as they were recorded, each once.';
