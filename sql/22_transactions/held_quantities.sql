create or replace function utl_private.held_quantities(
    instrument_id integer, at timestamptz, in_book_id integer default null
)
returns table (book_id integer, account_id integer, quantity numeric)
language plpgsql
stable
as $held_quantities$
begin
    if exists (
        select from utl.effective_transactions as t
        where t.kind = 'split' and t.instrument_id = held_quantities.instrument_id
    ) then
        return query
        select h.book_id, h.account_id, trim_scale(h.quantity) from utl_private.held_by_facts(
            held_quantities.instrument_id, held_quantities.at, in_book_id
        ) as h;
    else
        return query
        select h.book_id, h.account_id, trim_scale(h.quantity) from utl_private.held_by_flows(
            held_quantities.instrument_id, held_quantities.at, in_book_id
        ) as h;
    end if;
end
$held_quantities$;

comment on function utl_private.held_quantities(integer, timestamptz, integer) is
'What each account of a book, or of all books, holds of an instrument at a time, as far as is known
now: positive long, negative short; those that hold nothing are left out.';
