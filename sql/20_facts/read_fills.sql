create or replace function utl_private.read_fills(
    incoming utl_private.incoming_fill[], carefully boolean
)
returns utl_private.checked_fill[]
language plpgsql
as $read_fills$
declare
    _checked utl_private.checked_fill[];
begin
    -- Materialized, or the planner would put what is found out here wherever it is used below.
    with named as materialized (
        select r.*, b.book_id, a.account_id, x.instrument_id, x.asset_id
        from (
            select
                u.*, nextval('utl_private.fact_ids') as fill_id,
                utl_private.as_time(u.executed_at, carefully) as read_at,
                utl_private.fill_problem(u) as flaw
            from unnest(incoming) as u
        ) as r
        left join utl_private.books as b on r.book = b.book
        left join utl_private.accounts as a on r.account = a.account
        left join utl_private.instruments as i on r.instrument = i.instrument
        left join utl_private.assets as f on r.fee_asset = f.asset
        cross join lateral utl_private.with_aliases(
            a.venue_id, r.instrument, i.instrument_id, r.fee_asset, f.asset_id
        ) as x
    )

    select array_agg((
        n.place, n.line,
        case when coalesce(n.flaw, j.unknown) is null and n.read_at is not null
            then 'booked' else 'rejected' end,
        n.fill_id,
        case
            when n.problem is not null then '22U04'
            when n.flaw is not null or n.read_at is null then '22U03'
            when j.unknown is not null then '22U01'
        end,
        coalesce(
            n.flaw,
            case when n.read_at is null then 'executed_at is not an ISO 8601 time with a zone: ' end
            || utl_private.quote_shortly(n.executed_at),
            j.unknown
        ),
        null, n.read_at, case when n.flaw is null then coalesce(n.sequence::bigint, 0) end,
        n.book_id, n.account_id, n.instrument_id, n.asset_id, lower(n.side),
        case when n.flaw is null then n.quantity::numeric end,
        case when n.flaw is null then n.price::numeric end,
        case when n.flaw is null then coalesce(n.fee::numeric, 0) end,
        lower(n.liquidity), n.venue_fill_id, n.venue_order_id
    )::utl_private.checked_fill)
    into _checked
    from named as n
    cross join lateral (
        select case
            when n.flaw is not null or n.read_at is null then null
            when n.book_id is null then 'book ' || n.book
            when n.account_id is null then 'account ' || n.account
            when n.instrument_id is null then 'instrument ' || n.instrument
            when n.asset_id is null and n.fee_asset is not null then 'fee_asset ' || n.fee_asset
        end
    ) as j (unknown);
    if '22U01' = any(select c.sqlstate from unnest(_checked) as c) then
        _checked := utl_private.explain_unknown(_checked);
    end if;
    return _checked;
end
$read_fills$;

comment on function utl_private.read_fills(utl_private.incoming_fill[], boolean) is
'Reads rows: text becomes numbers and times, names become ids. A row that cannot be a fill comes out
as rejected: 22U04 it cannot be read, 22U03 a value is missing or impossible, 22U01 a name is
unknown. All others come out as booked. Every row takes a fill_id, so that fills have the order in
which they came. Unless it reads carefully, a time such as 2026-02-30T10:00Z is an error.';
