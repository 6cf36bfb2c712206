create or replace function utl_private.price_of_origin(
    transaction utl.transactions,
    held utl_private.position_terms,
    origin_id bigint,
    opened_at timestamptz
)
returns numeric
language sql
stable
as $price_of_origin$
    select case
        when held.method in ('hifo', 'lofo') and transaction.kind = 'transfer' then coalesce(
            (
                select f.price
                from utl_private.origin_fills as f
                where
                    f.executed_at = price_of_origin.opened_at and f.fill_id = origin_id
                    and f.instrument_id = held.instrument_id
            ),
            (
                select t.price
                from utl_private.costed_transactions as t
                where t.transaction_id = origin_id and t.instrument_id = held.instrument_id
            )
        )
    end
$price_of_origin$;

comment on function utl_private.price_of_origin(
    utl.transactions, utl_private.position_terms, bigint, timestamptz
) is
'The price by which a lot ranks that came by a transfer: that of what opened it first; null where
nobody asks, or it has none.';
