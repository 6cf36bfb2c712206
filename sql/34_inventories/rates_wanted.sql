create or replace function utl_private.rates_wanted(
    fills utl.fills[], transactions utl.transactions[]
)
returns table (
    fact_id bigint, asset_id integer, to_asset_id integer, happened_at timestamptz,
    instead_of_id integer
)
language sql
stable
as $rates_wanted$
    with wanted as (
        -- One rate values both sides of a trade: that of the quote or, failing it, of the base.
        select
            f.fact_id, a.asset_id, f.reporting_asset_id, f.happened_at, a.instead_of_id
        from utl_private.traded_facts(fills) as f
        cross join lateral (
            values
            (
                case when f.is_owned and f.base_asset_id <> f.reporting_asset_id
                    then f.quote_asset_id end,
                null::integer
            ),
            (case when f.is_owned then f.base_asset_id end, f.quote_asset_id),
            (
                case when (f.fill).fee <> 0 and (
                    case
                        when f.is_owned
                            then (f.fill).fee_asset_id not in (f.base_asset_id, f.quote_asset_id)
                        else (f.fill).fee_asset_id <> f.cost_asset_id
                    end
                )
                    then (f.fill).fee_asset_id end,
                null
            )
        ) as a (asset_id, instead_of_id)
        where
            not exists (                -- what is closed stays, whatever is known by now
                select from utl_private.prior_period_bookings as p
                where p.of_fill_id = f.fact_id and p.kind = 'as closed'
            )
        union
        select t.transaction_id, a.asset_id, b.reporting_asset_id, t.occurred_at, null
        from unnest(transactions) as t
        inner join utl_private.books as b on b.book_id in (t.book_id, t.to_book_id)
        left join utl_private.instruments as i on t.instrument_id = i.instrument_id
        cross join lateral (
            values
            (case when i.kind in ('spot', 'equity', 'fx') and num_nonnulls(t.amount, t.price) > 0
                then i.cost_asset_id end),
            (case when t.asset_id is not null
                and t.kind not in (
                    'opening_balance', 'deposit', 'withdrawal', 'transfer', 'network_fee',
                    'adjustment', 'borrow', 'repay'
                )
                then t.asset_id end)
        ) as a (asset_id)
        where utl_private.has_inventories(b.book_id)
    )

    select w.fact_id, w.asset_id, w.reporting_asset_id, w.happened_at, w.instead_of_id
    from wanted as w
    where
        w.asset_id <> w.reporting_asset_id
        and w.instead_of_id is distinct from w.reporting_asset_id
        and utl_private.rate_of_fact(w.fact_id, w.asset_id, w.reporting_asset_id) is null
        and (
            w.instead_of_id is null
            or utl_private.rate_of_fact(w.fact_id, w.instead_of_id, w.reporting_asset_id) is null
        )
$rates_wanted$;

comment on function utl_private.rates_wanted(utl.fills[], utl.transactions[]) is
'The rates that inventories need of facts and that are not recorded yet. A rate instead of that of
another asset is wanted only where there is none of the other.';
