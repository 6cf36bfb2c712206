create or replace function utl_private.income_of_positions(
    of_book_id integer, as_of timestamptz, as_known timestamptz, moments timestamptz[]
)
returns table (
    valued_at timestamptz, book_id integer, costing text, account_id integer, instrument_id integer,
    is_primary boolean, other_fees numeric, funding numeric, interest numeric, rebates numeric,
    dividends numeric, rewards numeric, missing text[]
)
language sql
stable
as $income_of_positions$
    with amounts as materialized (
        select a.*, coalesce(i.cost_asset_id, b.reporting_asset_id) as cost_asset_id
        from utl_private.amounts_of_positions(
            of_book_id, as_of, as_known
        ) as a
        inner join utl_private.books as b on a.book_id = b.book_id
        left join utl_private.instruments as i on a.instrument_id = i.instrument_id
    ),

    -- What has no rate makes its sum NaN, which is shown as null: a sum skips nulls.
    valued as (
        select
            m.valued_at, a.*, a.amount * coalesce(r.rate, 'NaN') as in_cost_asset,
            case
                when r.rate is null then format('rate of %s in %s', f.asset, t.asset)
            end as missing
        from amounts as a
        cross join unnest(moments) as m (valued_at)
        inner join utl_private.assets as f on a.asset_id = f.asset_id
        inner join utl_private.assets as t on a.cost_asset_id = t.asset_id
        left join utl_private.rates_at_moments(
            (select array_agg(n.asset_id) from amounts as n),
            (select array_agg(n.cost_asset_id) from amounts as n),
            moments
        ) as r
            on
                m.valued_at = r.valued_at
                and a.asset_id = r.from_asset_id and a.cost_asset_id = r.to_asset_id
    )

    select
        v.valued_at, v.book_id, v.costing, v.account_id, v.instrument_id, v.is_primary,
        nullif(coalesce(-sum(v.in_cost_asset) filter (where v.kind = 'fee'), 0), 'NaN'),
        nullif(coalesce(sum(v.in_cost_asset) filter (where v.kind = 'funding'), 0), 'NaN'),
        nullif(coalesce(sum(v.in_cost_asset) filter (where v.kind = 'interest'), 0), 'NaN'),
        nullif(coalesce(sum(v.in_cost_asset) filter (where v.kind = 'rebate'), 0), 'NaN'),
        nullif(coalesce(sum(v.in_cost_asset) filter (where v.kind = 'dividend'), 0), 'NaN'),
        nullif(coalesce(sum(v.in_cost_asset) filter (where v.kind = 'reward'), 0), 'NaN'),
        array_agg(distinct v.missing) filter (where v.missing is not null)
    from valued as v
    group by v.valued_at, v.book_id, v.costing, v.account_id, v.instrument_id, v.is_primary
$income_of_positions$;

comment on function utl_private.income_of_positions(
    integer, timestamptz, timestamptz, timestamptz[]
) is
'utl_private.amounts_of_positions by kind, in the cost asset (of what is for no instrument: in the
reporting asset of the book), at the rates of each of some moments; null where a rate is missing,
which is then in missing. other_fees are positive when paid.';
