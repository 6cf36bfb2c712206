create or replace function utl_private.unknown_reasons(unknown text[])
returns jsonb
language sql
stable
as $unknown_reasons$
    select jsonb_object_agg(u.unknown, utl_private.unknown_reason(u.unknown, u.nth <= 5))
    from (
        select d.unknown, row_number() over (order by d.unknown) as nth
        from (select distinct x.unknown from unnest(unknown) as x (unknown)) as d
        where d.unknown is not null
    ) as u
$unknown_reasons$;

comment on function utl_private.unknown_reasons(text[]) is
'For each kind and name of what is unknown the reason why a row is rejected; of the first five with
the nearest known names, since to compare a name with all others takes its time.';
