create or replace function utl_private.nearest_names(name text, known text[])
returns text
language sql
immutable
parallel safe
as $nearest_names$
    select string_agg(quote_literal(n.known), ', ' order by n.place)
    from (
        select
            k.known,
            row_number() over (
                order by utl_private.name_distance(lower(k.known), lower(name)), k.known
            ) as place
        from unnest(known) as k (known)
    ) as n
    where n.place <= 3
$nearest_names$;

comment on function utl_private.nearest_names(text, text[]) is
'Up to three known names, the most alike first, for the hint of an error.';
