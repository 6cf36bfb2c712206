create or replace function utl_private.book_transactions()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $book_transactions$
declare
    _transactions utl.transactions[] := array(
        select t::utl.transactions from new_transactions as t
    );
begin
    if cardinality(_transactions) > 0 then
        perform utl_private.require_bookable(_transactions);
        perform utl_private.rebook_transactions(null, _transactions, 'transaction', null);
    end if;
    return null;
end
$book_transactions$;

comment on function utl_private.book_transactions() is
'Trigger on utl.transactions, once a statement: books what they do to positions and flows.';

create or replace trigger t30_book_transactions
after insert on utl.transactions
referencing new table as new_transactions
for each statement execute function utl_private.book_transactions();
