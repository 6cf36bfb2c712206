create or replace function utl_private.has_other_fees(of_book_id integer)
returns boolean
language sql
stable
as $has_other_fees$
    select exists (
        select
        from utl_private.flows as f
        inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
        cross join lateral utl_private.amounts_in(f, i) as a
        where f.kind = 'fill' and (of_book_id is null or f.book_id = of_book_id)
    )
$has_other_fees$;

comment on function utl_private.has_other_fees(integer) is
'Whether fills of a book, or with null of the firm, paid fees in third assets. If none did, fees and
income beside positions are known without reading a fill.';
