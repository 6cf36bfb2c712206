create or replace function utl_private.book_incoming(
    incoming utl_private.incoming_fill[], carefully boolean
)
returns utl_private.checked_fill[]
language plpgsql
as $book_incoming$
declare
    _checked utl_private.checked_fill[] := utl_private.find_resent_fills(
        utl_private.read_fills(incoming, carefully)
    );
begin
    insert into utl.fills (
        fill_id, executed_at, sequence, book_id, account_id, instrument_id, fee_asset_id,
        side, quantity, price, fee, liquidity, venue_fill_id, venue_order_id
    )
    select
        c.fill_id, c.executed_at, c.sequence, c.book_id, c.account_id, c.instrument_id,
        c.fee_asset_id, c.side, c.quantity, c.price, c.fee, c.liquidity, c.venue_fill_id,
        c.venue_order_id
    from unnest(_checked) as c
    where c.outcome = 'booked'
    order by c.fill_id;

    if exists (select from unnest(_checked) as c where c.outcome <> 'booked') then
        perform utl_private.keep_conflicts(incoming, _checked);
        perform utl_private.keep_rejected(incoming, _checked);
    end if;
    perform utl_private.resolve_rejected(incoming, _checked);
    return _checked;
end
$book_incoming$;

comment on function utl_private.book_incoming(utl_private.incoming_fill[], boolean) is
'Books the rows that are new fills, in one statement, and keeps the conflicts and the rejected
ones.';
