create or replace function utl_private.is_long(book_id integer)
returns boolean
language sql
stable
as $is_long$
    select count(*) > 20000
    from (
        select e.fill_id
        from utl_private.positions as p
        inner join utl_private.costings as c
            on p.book_id = c.book_id and p.costing_id = c.costing_id
        inner join utl_private.entries as e on p.position_id = e.position_id
        where p.book_id = is_long.book_id and c.is_primary
        limit 20001
    ) as e
$is_long$;

comment on function utl_private.is_long(integer) is
'Whether a book has so long a history that a costing of it is built in steps: over 20,000 entries,
which take about half a second.';
