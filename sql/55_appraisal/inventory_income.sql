create or replace function utl_private.inventory_income(
    of_book_id integer, as_of timestamptz, as_known timestamptz
)
returns table (
    book_id integer, account_id integer, instrument_id integer, asset_id integer, kind text,
    amount numeric
)
language sql
stable
as $inventory_income$
    select
        v.book_id, v.account_id, v.instrument_id, b.reporting_asset_id,
        case v.of_kind when 'airdrop' then 'reward' else v.of_kind end,
        sign(v.quantity) * coalesce(v.amount, 'NaN')
    from utl_private.inventory_transactions as v
    inner join utl_private.books as b on v.book_id = b.book_id
    where
        (of_book_id is null or v.book_id = of_book_id)
        and v.occurred_at <= inventory_income.as_of
        and v.recorded_at <= inventory_income.as_known
        and v.of_kind in (
            'funding', 'interest', 'rebate', 'dividend', 'fee', 'reward', 'airdrop'
        )
$inventory_income$;

comment on function utl_private.inventory_income(integer, timestamptz, timestamptz) is
'What came into the inventories of a book, or with null of the firm, as income, or went out of them
as fees of their own, at the rates of then, in the reporting currency; NaN where a rate is
missing.';
