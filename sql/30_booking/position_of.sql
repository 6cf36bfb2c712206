create or replace function utl_private.position_of(
    book_id integer, costing_id integer, instrument_id integer, account_id integer
)
returns setof utl_private.positions
language sql
stable
as $position_of$
    select p.*
    from utl_private.positions as p
    where
        p.book_id = position_of.book_id
        and p.costing_id = position_of.costing_id
        and p.instrument_id = position_of.instrument_id
        and p.account_id = position_of.account_id
    offset 0
$position_of$;

comment on function utl_private.position_of(integer, integer, integer, integer) is
'The position of a costing in an instrument, of an account or, with 0, of the whole book; no row if
there is none. Written so that the planner inlines it and, for the offset, uses the whole key: while
a table is new it takes part of it for enough, and goes through all positions of the book.';
