create or replace function utl_private.dated_flows(
    of_book_id integer, since timestamptz, before timestamptz default 'infinity',
    recorded_after timestamptz default '-infinity', with_fills boolean default true
)
returns table (at timestamptz, flow utl_private.flows)
language sql
stable
as $dated_flows$
    select
        d.at,
        row(
            d.book_id, d.account_id, d.instrument_id, d.asset_id, d.kind,
            d.quantity, d.notional, d.received, d.at_price
        )::utl_private.flows
    from (
        select f.* from utl_private.dated_fills as f where with_fills
        union all
        select t.* from utl_private.dated_transactions as t
    ) as d
    where
        d.at > since and d.at <= dated_flows.before and d.recorded_at > recorded_after
        and (of_book_id is null or d.book_id = of_book_id)
$dated_flows$;

comment on function utl_private.dated_flows(
    integer, timestamptz, timestamptz, timestamptz, boolean
) is
'What each fact of a book, or with null of the firm, moved after a time, up to another, if it was
recorded after a moment, in the shape of utl_private.flows; without those of fills, if these are not
asked for. Null for since: none. Written so that
the planner inlines it.';
