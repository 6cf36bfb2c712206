create or replace function utl_private.settle(inout before utl.fills[], inout after utl.fills[])
language plpgsql
as $settle$
declare
    _fill_ids bigint[];
    _reversals utl.fills[];
    _open utl_private.prior_period_bookings[];
begin
    select array_agg(m.fill_id) into _fill_ids
    from unnest(before || after) as m
    inner join utl_private.books as k on m.book_id = k.book_id
    where
        m.executed_at < k.closed_up_to
        or exists (
            select from utl_private.prior_period_bookings as p where p.of_fill_id = m.fill_id
        );
    if _fill_ids is null then
        return;
    end if;

    insert into utl_private.prior_period_bookings
    select b.*, b.fill_id, b.executed_at, 'as closed', true
    from unnest(before) as b
    inner join utl_private.books as k on b.book_id = k.book_id
    where
        b.executed_at < k.closed_up_to
        and not exists (
            select from utl_private.prior_period_bookings as p where p.of_fill_id = b.fill_id
        );

    with closed as (
        update utl_private.prior_period_bookings as p set is_current = false
        from utl_private.books as k
        where
            p.of_fill_id = any(_fill_ids) and p.is_current
            and p.book_id = k.book_id and p.executed_at < k.closed_up_to
        returning p.*, k.closed_up_to
    ),

    reversals as (
        insert into utl_private.prior_period_bookings
        select
            nextval('utl_private.fact_ids'), c.closed_up_to, clock_timestamp(), 0,
            c.book_id, c.account_id, c.instrument_id, c.fee_asset_id,
            case c.side when 'buy' then 'sell' else 'buy' end, c.quantity, c.price, -c.fee,
            c.liquidity, c.venue_fill_id, c.venue_order_id,
            c.of_fill_id, c.belongs_at, 'reversal', false
        from closed as c
        returning *
    )

    select array_agg(utl_private.as_fill(r)) into _reversals from reversals as r;

    with open_ones as (
        delete from utl_private.prior_period_bookings as p
        where p.of_fill_id = any(_fill_ids) and p.is_current
        returning p.*
    )

    select array_agg(o::utl_private.prior_period_bookings) into _open from open_ones as o;
    before := utl_private.settled_before(before, _fill_ids, _open);
    after := _reversals || utl_private.settled_after(after, _fill_ids, _open);
end
$settle$;

comment on function utl_private.settle(utl.fills[], utl.fills[]) is
'What is to be taken back and to be booked where corrections of fills meet a closed period. What is
booked in it stays: it is reversed at the first open moment and what comes instead is booked there.
What is booked at an open time is replaced in its place.';
