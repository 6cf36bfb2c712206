create or replace function utl_private.book_inventories(
    before utl.fills[],
    after utl.fills[],
    transactions_before utl.transactions[],
    transactions_after utl.transactions[],
    cause text,
    fact_ids bigint[]
)
returns void
language plpgsql
as $book_inventories$
declare
    _taken record;
    _given record;
begin
    if not utl_private.concerns_inventories(
        before || after, transactions_before || transactions_after
    ) then
        return;
    end if;
    perform utl_private.keep_rates(after, transactions_after);
    perform utl_private.add_inventories(after, transactions_after);
    select m.* into _taken from utl_private.take_inventory_moves(
        before || after, transactions_before || transactions_after
    ) as m;
    select m.* into _given
    from utl_private.keep_inventory_moves(after, transactions_after) as m;
    perform utl_private.rebook_positions(
        _taken.fills, _given.fills, _taken.transactions, _given.transactions, cause, fact_ids
    );
end
$book_inventories$;

comment on function utl_private.book_inventories(
    utl.fills[], utl.fills[], utl.transactions[], utl.transactions[], text, bigint[]
) is
'Books in the inventories of their books what fills and transactions do to these: as they counted
before, taken back, and as they are to count after.';
