create or replace function utl.holdings_at(as_of timestamptz default 'infinity')
returns table (
    account text, venue text, kind text, asset text, instrument text,
    quantity numeric, loans numeric, worth_reporting numeric, reporting_asset text,
    is_priced boolean, is_stale boolean, reason text,
    account_id integer, asset_id integer, instrument_id integer
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_nestloop = off               -- the planner takes every function to return few rows
as $holdings_at$
    with held as (
        select
            h.account_id, h.asset_id, h.instrument_id,
            case when bool_and(h.quantity is not null) then sum(h.quantity) end as quantity,
            sum(h.loans) as loans,
            case
                when bool_and(h.worth_reporting is not null) then sum(h.worth_reporting)
            end as worth_reporting,
            case
                when min(h.reporting_asset_id) = max(h.reporting_asset_id)
                    then min(h.reporting_asset_id)
            end as reporting_asset_id,
            bool_or(h.is_stale) as is_stale,
            utl_private.distinct_reasons(
                array_agg(h.reason) filter (where h.reason is not null)
            ) as reason
        from utl_private.appraise_holdings(null, as_of) as h
        group by h.account_id, h.asset_id, h.instrument_id
    )

    select
        c.account, v.venue, case when h.asset_id is null then 'contract' else 'asset' end,
        a.asset, i.instrument, trim_scale(h.quantity), trim_scale(h.loans),
        trim_scale(case when r.asset_id is not null then h.worth_reporting end),
        r.asset, h.worth_reporting is not null, h.is_stale,
        coalesce(
            h.reason,
            case when r.asset_id is null then 'its books report in different assets' end
        ),
        h.account_id, h.asset_id, h.instrument_id
    from held as h
    left join utl_private.assets as r on h.reporting_asset_id = r.asset_id
    left join utl_private.accounts as c on h.account_id = c.account_id
    left join utl_private.venues as v on c.venue_id = v.venue_id
    left join utl_private.assets as a on h.asset_id = a.asset_id
    left join utl_private.instruments as i on h.instrument_id = i.instrument_id
    where h.quantity is distinct from 0 or h.loans <> 0
$holdings_at$;

comment on function utl.holdings_at(timestamptz) is
'What each account held at a time (infinity is now), over all books: columns are those of
utl.holdings. It costs what came after that time.';
