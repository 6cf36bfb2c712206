create or replace function utl.complete_rates(book text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $complete_rates$
declare
    _book_id integer := utl.book_id(book);
    _missing bigint[] := array(
        select m.fact_id from utl.missing_rates as m
        where
            m.book_id = _book_id
            and not exists (
                select from utl_private.inventory_places(array[m.fact_id]) as v where v.is_closed
            )
    );
begin
    if cardinality(_missing) = 0 then
        return 0;
    end if;
    perform utl_private.rebook_inventories(_missing);
    return (
        select count(distinct f.fact_id)
        from unnest(_missing) as f (fact_id)
        where
            not exists (
                select from utl.missing_rates as m
                where m.book_id = _book_id and m.fact_id = f.fact_id
            )
    );
end
$complete_rates$;

comment on function utl.complete_rates(text) is
'Looks for the rates of a book that were missing when its facts were booked, in the prices that are
known by now, and books the facts again at those that are found, but for what is booked in a closed
period. Returns of how many facts nothing is missing any more. 22U01: unknown book.';
