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
as $holdings_at$
    with accounts as (
        select
            h.account, h.venue, h.kind, h.asset, h.instrument,
            case when bool_and(h.quantity is not null) then sum(h.quantity) end as quantity,
            sum(h.loans) as loans,
            case when bool_and(h.is_priced) then sum(h.worth_reporting) end as worth_reporting,
            case
                when min(h.reporting_asset) = max(h.reporting_asset) then min(h.reporting_asset)
            end as reporting_asset,
            bool_or(h.is_stale) as is_stale, string_agg(distinct h.reason, '; ') as reason,
            h.account_id, h.asset_id, h.instrument_id
        from utl.book_holdings_at(as_of) as h
        group by
            h.account, h.venue, h.kind, h.asset, h.instrument, h.account_id, h.asset_id,
            h.instrument_id
    )

    select
        a.account, a.venue, a.kind, a.asset, a.instrument,
        trim_scale(a.quantity), trim_scale(a.loans),
        trim_scale(case when a.reporting_asset is not null then a.worth_reporting end),
        a.reporting_asset, a.worth_reporting is not null, a.is_stale,
        coalesce(
            a.reason,
            case when a.reporting_asset is null then 'its books report in different assets' end
        ),
        a.account_id, a.asset_id, a.instrument_id
    from accounts as a
    where a.quantity is distinct from 0 or a.loans <> 0
$holdings_at$;

comment on function utl.holdings_at(timestamptz) is
'What each account held at a time (infinity is now), over all books: columns are those of
utl.holdings. It costs what came after that time.';
