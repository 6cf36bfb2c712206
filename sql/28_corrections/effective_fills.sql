create or replace view utl.effective_fills as
with corrected as (
    select distinct c.account_id, c.venue_fill_id
    from utl.corrections as c
)

select
    f.fill_id, f.executed_at, f.recorded_at, f.sequence,
    f.book_id, f.account_id, f.instrument_id, f.fee_asset_id,
    f.side, f.quantity, f.price, f.fee, f.liquidity, f.venue_fill_id, f.venue_order_id
from utl.fills as f
left join corrected as c
    on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
where c.account_id is null
union all
select
    f.fill_id,
    coalesce(c.executed_at, f.executed_at),
    f.recorded_at,
    coalesce(c.sequence, f.sequence),
    f.book_id, f.account_id, f.instrument_id,
    coalesce(c.fee_asset_id, f.fee_asset_id),
    f.side,
    coalesce(c.quantity, f.quantity),
    coalesce(c.price, f.price),
    coalesce(c.fee, f.fee),
    f.liquidity, f.venue_fill_id, f.venue_order_id
from corrected as k
inner join utl_private.fill_keys as y
    on k.account_id = y.account_id and k.venue_fill_id = y.venue_fill_id
inner join utl.fills as f on y.executed_at = f.executed_at and y.fill_id = f.fill_id
cross join lateral utl_private.correction_of(f, array[]::bigint[]) as c
where not c.is_busted;

comment on view utl.effective_fills is
'Fills as they count: amended ones with their new values, without those that were busted. The
columns are those of utl.fills.';
comment on column utl.effective_fills.fill_id is 'Order of arrival.';
comment on column utl.effective_fills.executed_at is 'When it counts as executed.';
comment on column utl.effective_fills.recorded_at is 'When the fill was inserted here.';
comment on column utl.effective_fills.sequence is 'The venue''s own order within one time.';
comment on column utl.effective_fills.book_id is 'The book whose risk it is.';
comment on column utl.effective_fills.account_id is 'The account it was executed in.';
comment on column utl.effective_fills.instrument_id is 'What was traded.';
comment on column utl.effective_fills.fee_asset_id is 'The asset in which the fee was paid.';
comment on column utl.effective_fills.side is 'buy or sell.';
comment on column utl.effective_fills.quantity is 'How much counts; positive.';
comment on column utl.effective_fills.price is 'The price that counts.';
comment on column utl.effective_fills.fee is 'The fee that counts: positive was paid.';
comment on column utl.effective_fills.liquidity is 'maker or taker, where known.';
comment on column utl.effective_fills.venue_fill_id is 'The venue''s identity of this execution.';
comment on column utl.effective_fills.venue_order_id is 'The venue''s identity of the order.';
