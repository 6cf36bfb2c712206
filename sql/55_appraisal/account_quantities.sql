create or replace function utl_private.account_quantities(of_book_id integer, as_of timestamptz)
returns table (
    book_id integer, account_id integer, instrument_id integer, quantity numeric,
    paid_with numeric
)
language sql
stable
as $account_quantities$
    select
        f.book_id, f.account_id, f.instrument_id,
        sum(
            f.quantity
            + case
                when i.kind = 'spot' and f.kind = 'fill' and f.asset_id = i.base_asset_id
                    then f.received
                else 0
            end
        ),
        sum(
            case
                when f.asset_id = i.quote_asset_id and f.kind not in ('borrow', 'repay')
                    then f.received
                else 0
            end
            - f.notional * i.multiplier
        )
    from utl_private.account_flows(of_book_id, as_of) as f
    inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
    group by f.book_id, f.account_id, f.instrument_id
$account_quantities$;

comment on function utl_private.account_quantities(integer, timestamptz) is
'How much of each instrument each account of a book, or with null of the firm, had at a time
(infinity is now), whatever the costing; fees in the coin are taken off. paid_with is what it got of
the quote asset for what is owned outright, negative if it paid, with fees and income in that, but
without loans.';
