create or replace function utl_private.fill_columns()
returns text[]
language sql
immutable
parallel safe
as $fill_columns$
    select array[
        'book', 'account', 'instrument', 'venue_fill_id', 'side', 'quantity', 'price',
        'executed_at', 'fee', 'fee_asset', 'sequence', 'liquidity', 'venue_order_id'
    ]
$fill_columns$;

comment on function utl_private.fill_columns() is 'The columns of a row that says a fill.';
