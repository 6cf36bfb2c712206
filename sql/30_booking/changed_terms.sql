create or replace function utl_private.changed_terms(points utl_private.leg[])
returns utl_private.position_terms[]
language plpgsql
stable
as $changed_terms$
begin
    return array(
        select t
        from unnest(points) as k
        inner join utl_private.positions as p
            on k.position_id = p.position_id and k.book_id = p.book_id
        inner join utl_private.costings as c
            on p.book_id = c.book_id and p.costing_id = c.costing_id
        inner join utl_private.position_terms as t on p.position_id = t.position_id
        where c.starts_at > '-infinity' or c.ends_at < 'infinity'
    );
end
$changed_terms$;

comment on function utl_private.changed_terms(utl_private.leg[]) is
'Which of the positions to be restated are of costings that changed, with their terms.';
