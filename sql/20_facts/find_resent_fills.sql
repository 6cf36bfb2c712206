create or replace function utl_private.find_resent_fills(read utl_private.read_fill[])
returns utl_private.resent_fill[]
language plpgsql
as $find_resent_fills$
declare
    _resent utl_private.resent_fill[];
begin
    with repeated as (
        select r.account_id, r.venue_fill_id
        from unnest(read) as r
        where r.reason is null
        group by r.account_id, r.venue_fill_id
        having count(*) > 1
    ),

    suspects as (
        select
            r.*, k.fill_id as known_id, k.executed_at as known_at, k.content_digest as known_digest,
            utl_private.fill_digest((
                r.fill_id, r.executed_at, null, r.sequence, r.book_id, r.account_id,
                r.instrument_id, r.fee_asset_id, r.side, r.quantity, r.price, r.fee,
                r.liquidity, r.venue_fill_id, r.venue_order_id
            )::utl.fills) as digest
        from unnest(read) as r
        -- With limit the planner can only look each key up; it never reads the whole table.
        left join lateral (
            select f.fill_id, f.executed_at, f.content_digest
            from utl_private.fill_keys as f
            where f.account_id = r.account_id and f.venue_fill_id = r.venue_fill_id
            limit 1
        ) as k on true
        left join repeated as t
            on r.account_id = t.account_id and r.venue_fill_id = t.venue_fill_id
        where r.reason is null and (k.fill_id is not null or t.account_id is not null)
    ),

    compared as (
        select
            s.place, s.known_id, s.executed_at, s.digest,
            row_number() over same_fill as nth,
            coalesce(s.known_id, first_value(s.fill_id) over same_fill) as first_id,
            coalesce(s.known_at, first_value(s.executed_at) over same_fill) as first_at,
            coalesce(s.known_digest, first_value(s.digest) over same_fill) as first_digest
        from suspects as s
        window same_fill as (partition by s.account_id, s.venue_fill_id order by s.place)
    )

    select array_agg((
        c.place,
        case
            when c.digest = c.first_digest
                and c.executed_at between c.first_at - interval '1 s' and c.first_at + interval '1 s'
                then 'duplicate'
            else 'conflict'
        end,
        c.first_id,
        c.digest
    )::utl_private.resent_fill)
    into _resent
    from compared as c
    where c.nth > 1 or c.known_id is not null;
    return _resent;
end
$find_resent_fills$;

comment on function utl_private.find_resent_fills(utl_private.read_fill[]) is
'Finds the rows whose fill is there already, or came earlier among the rows: a duplicate if it says the
same and its time is within one second (feeds report one fill with different precision), else a
conflict.';
