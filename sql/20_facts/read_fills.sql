create or replace function utl_private.read_fills(incoming utl_private.incoming_fill[])
returns utl_private.checked_fill[]
language plpgsql
as $read_fills$
declare
    _checked utl_private.checked_fill[];
begin
    with lines as (
        select
            u.*,
            row_number() over () as place,
            nextval('utl_private.fact_ids') as fill_id,
            utl_private.read_time(u.executed_at) as read_at,
            utl_private.fill_problem(u) as flaw
        from unnest(incoming) as u
    ),

    named as (
        select
            l.*, b.book_id, a.account_id, i.instrument_id, f.asset_id,
            case
                when l.flaw is not null or l.read_at is null then null
                when b.book_id is null then 'book'
                when a.account_id is null then 'account'
                when i.instrument_id is null then 'instrument'
                when f.asset_id is null and l.fee_asset is not null then 'fee asset'
            end as unknown
        from lines as l
        left join utl_private.books as b on l.book = b.book
        left join utl_private.accounts as a on l.account = a.account
        left join utl_private.instruments as i on l.instrument = i.instrument
        left join utl_private.assets as f on l.fee_asset = f.asset
    ),

    judged as (
        select
            n.*,
            case
                when n.problem is not null then '22U04'
                when n.flaw is not null or n.read_at is null then '22U03'
                when n.unknown is not null then '22U01'
            end as sqlstate
        from named as n
    )

    select array_agg((
        j.line,
        case when j.sqlstate is null then 'booked' else 'rejected' end,
        case when j.sqlstate is null then j.fill_id end,
        j.sqlstate,
        case
            when j.flaw is not null then j.flaw
            when j.read_at is null
                then 'executed_at is not an ISO 8601 time with a zone: '
                    || utl_private.quote_shortly(j.executed_at)
            else j.unknown
        end,
        null,
        j.read_at,
        case when j.sqlstate is null then coalesce(j.sequence::bigint, 0) end,
        j.book_id, j.account_id, j.instrument_id, j.asset_id,
        lower(j.side),
        case when j.sqlstate is null then j.quantity::numeric end,
        case when j.sqlstate is null then j.price::numeric end,
        case when j.sqlstate is null then coalesce(j.fee::numeric, 0) end,
        lower(j.liquidity), j.venue_fill_id, j.venue_order_id
    )::utl_private.checked_fill order by j.place)
    into _checked
    from judged as j;
    if '22U01' = any(select c.sqlstate from unnest(_checked) as c) then
        _checked := utl_private.explain_unknown(incoming, _checked);
    end if;
    return _checked;
end
$read_fills$;

comment on function utl_private.read_fills(utl_private.incoming_fill[]) is
'Reads rows, in their order: text becomes numbers and times, names become ids. A row that cannot be
a fill comes out as rejected: 22U04 it cannot be read, 22U03 a value is missing or impossible,
22U01 a name is unknown. All others come out as booked. Every row takes a fill_id, so that fills
have the order in which they came.';
