create or replace view utl.missing_rates as
select
    b.book,
    c.account,
    a.asset,
    r.asset as to_asset,
    v.of_kind as kind,
    v.occurred_at,
    trim_scale(v.quantity) as quantity,
    coalesce(p.of_fill_id, v.transaction_id) as fact_id,
    v.book_id
from utl_private.inventory_transactions as v
inner join utl_private.books as b on v.book_id = b.book_id
inner join utl_private.assets as r on b.reporting_asset_id = r.asset_id
inner join utl_private.instruments as n on v.instrument_id = n.instrument_id
left join utl_private.instruments as o
    on v.of_instrument_id = o.instrument_id and o.kind in ('spot', 'equity', 'fx')
left join utl_private.accounts as c on v.account_id = c.account_id
left join utl_private.prior_period_bookings as p
    on v.transaction_id = p.fill_id and v.of_kind = 'fill'
left join utl.transactions as t on v.transaction_id = t.transaction_id
inner join utl_private.assets as a
    on a.asset_id = case
        when v.of_kind <> 'fill' and t.amount is not null
            then coalesce(o.cost_asset_id, n.base_asset_id)
        else n.base_asset_id
    end
where
    v.amount is null
    and (
        v.of_kind in (
            'fill', 'funding', 'interest', 'rebate', 'dividend', 'fee', 'reward', 'airdrop'
        )
        or t.amount is not null
    )
    and (v.of_kind not in ('reward', 'airdrop') or t.amount is not null or t.asset_id is not null);

comment on view utl.missing_rates is
'What inventories do not know the worth of: at the time of the fact there was no price from which a
rate follows. What came is held at a cost of 0, what went has left at its cost, until
utl.complete_rates finds a price or utl.record_rate says the rate.';
comment on column utl.missing_rates.book is 'The book.';
comment on column utl.missing_rates.account is 'The account.';
comment on column utl.missing_rates.asset is 'The asset whose rate is missing.';
comment on column utl.missing_rates.to_asset is 'The reporting currency of the book.';
comment on column utl.missing_rates.kind is 'fill, or the kind of the transaction.';
comment on column utl.missing_rates.occurred_at is 'When it happened.';
comment on column utl.missing_rates.quantity is
'How much of the inventory it moved; positive came in.';
comment on column utl.missing_rates.fact_id is 'The fill or transaction.';
comment on column utl.missing_rates.book_id is 'Id of the book.';
