create or replace function utl_private.valued_facts(fills utl.fills[])
returns table (
    fill utl.fills, is_owned boolean, base_asset_id integer, quote_asset_id integer,
    cost_asset_id integer, reporting_asset_id integer, quantity numeric, price numeric,
    paid_in_id integer, is_coin_fee boolean, base_price numeric, quote_price numeric,
    fee_rate numeric, fee_worth numeric
)
language sql
stable
as $valued_facts$
    with rated as (
        select
            f.*,
            nullif((f.fill).fee_asset_id, 0) as paid_in_id,
            (f.fill).fee_asset_id = f.base_asset_id as is_coin_fee,
            utl_private.rate_of_fact(f.fact_id, f.quote_asset_id, f.reporting_asset_id)
                as quote_rate,
            utl_private.rate_of_fact(f.fact_id, f.base_asset_id, f.reporting_asset_id)
                as base_rate,
            utl_private.rate_of_fact(f.fact_id, (f.fill).fee_asset_id, f.reporting_asset_id)
                as fee_rate
        from utl_private.traded_facts(fills) as f
    )

    select
        r.fill, r.is_owned, r.base_asset_id, r.quote_asset_id, r.cost_asset_id,
        r.reporting_asset_id, r.quantity, r.price, r.paid_in_id, r.is_coin_fee,
        w.base_price, w.quote_price, r.fee_rate,
        (r.fill).fee * case (r.fill).fee_asset_id
            when r.reporting_asset_id then 1
            when r.base_asset_id then case when r.is_owned then w.base_price else r.fee_rate end
            when r.quote_asset_id
                then case when r.is_owned then w.quote_price else r.fee_rate end
            else r.fee_rate
        end
    from rated as r
    cross join lateral (
        select
            case
                when r.base_asset_id = r.reporting_asset_id then 1
                when r.quote_rate is not null then r.price * r.quote_rate
                else r.base_rate
            end,
            case
                when r.quote_asset_id = r.reporting_asset_id then 1
                when r.base_asset_id <> r.reporting_asset_id and r.quote_rate is not null
                    then r.quote_rate
                else round((r.base_rate + 0e-78) / nullif(r.price, 0), 40)
            end
    ) as w (base_price, quote_price)
$valued_facts$;

comment on function utl_private.valued_facts(utl.fills[]) is
'Those of the fills whose books have inventories, with what a unit of the base and of the quote was
worth in the reporting currency, and what the fee was; null where no rate is known.';
