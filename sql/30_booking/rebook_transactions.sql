create or replace function utl_private.rebook_transactions(
    before utl.transactions[], after utl.transactions[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $rebook_transactions$
begin
    perform utl_private.rebook_positions(null, null, before, after, cause, fact_ids);
    perform utl_private.add_transaction_flows(before, after);
    perform utl_private.book_inventories(
        null, null, before, after || utl_private.sibling_splits(before || after), cause, fact_ids
    );
end
$rebook_transactions$;

comment on function utl_private.rebook_transactions(
    utl.transactions[], utl.transactions[], text, bigint[]
) is
'Takes back transactions as they counted before, and books them as they are to count after: in
positions, flows and inventories.';
