create or replace function utl_private.name_distance(one text, other text)
returns integer
language sql
immutable
parallel safe
as $name_distance$
    with pairs as (
        select substr(one, i, 2) as pair, 1 as weight
        from generate_series(1, length(one)) as i
        union all
        select substr(other, i, 2) as pair, -1 as weight
        from generate_series(1, length(other)) as i
    ),

    differences as (
        select abs(sum(p.weight)) as difference
        from pairs as p
        group by p.pair
    )

    select coalesce(sum(d.difference), 0)::integer from differences as d
$name_distance$;

comment on function utl_private.name_distance(text, text) is
'How many pairs of neighbouring letters one name has that the other has not: 0 for equal names.';
