create or replace function utl_private.rate_of_fact(
    fact_id bigint, asset_id integer, to_asset_id integer
)
returns numeric
language sql
stable
as $rate_of_fact$
    select case
        when rate_of_fact.asset_id = rate_of_fact.to_asset_id then 1
        else (
            select r.rate
            from utl.fact_rates as r
            where
                r.fact_id = rate_of_fact.fact_id
                and r.asset_id = rate_of_fact.asset_id
                and r.to_asset_id = rate_of_fact.to_asset_id
            order by r.rate_id desc
            limit 1
        )
    end
$rate_of_fact$;

comment on function utl_private.rate_of_fact(bigint, integer, integer) is
'What one unit of an asset was worth in another when a fact happened, as recorded with it; null if
nobody knows.';
