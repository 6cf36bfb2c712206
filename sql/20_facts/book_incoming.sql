create or replace function utl_private.book_incoming(incoming utl_private.incoming_fill[])
returns utl_private.fill_outcome[]
language plpgsql
as $book_incoming$
declare
    _read utl_private.read_fill[] := utl_private.read_fills(incoming);
    _resent utl_private.resent_fill[] := utl_private.find_resent_fills(_read);
    _outcomes utl_private.fill_outcome[];
begin
    select array_agg((
        r.place,
        r.line,
        case when r.reason is null then coalesce(s.outcome, 'booked') else 'rejected' end,
        case when r.reason is null then coalesce(s.fill_id, r.fill_id) end,
        r.sqlstate,
        r.reason
    )::utl_private.fill_outcome order by r.place)
    into _outcomes
    from unnest(_read) as r
    left join unnest(_resent) as s on r.place = s.place;

    insert into utl.fills (
        fill_id, executed_at, sequence, book_id, account_id, instrument_id, fee_asset_id,
        side, quantity, price, fee, liquidity, venue_fill_id, venue_order_id
    )
    select
        r.fill_id, r.executed_at, r.sequence, r.book_id, r.account_id, r.instrument_id,
        r.fee_asset_id, r.side, r.quantity, r.price, r.fee, r.liquidity, r.venue_fill_id,
        r.venue_order_id
    from unnest(_read) as r
    left join unnest(_resent) as s on r.place = s.place
    where r.reason is null and s.place is null
    order by r.place;

    if _resent is not null then
        perform utl_private.keep_conflicts(incoming, _read, _resent);
    end if;
    perform utl_private.keep_rejected(incoming, _outcomes);
    perform utl_private.resolve_rejected(incoming, _outcomes);
    return _outcomes;
end
$book_incoming$;

comment on function utl_private.book_incoming(utl_private.incoming_fill[]) is
'Books the rows that are new fills, in one statement, and keeps the conflicts and the rejected ones.';
