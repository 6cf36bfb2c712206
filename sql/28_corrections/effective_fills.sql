create or replace view utl.effective_fills as
with corrected as (
    select distinct c.account_id, c.venue_fill_id
    from utl.corrections as c
)

select f.*
from utl.fills as f
left join corrected as c
    on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
where c.account_id is null
union all
select e.*
from corrected as c
inner join utl_private.fill_keys as k
    on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
inner join utl.fills as f on k.executed_at = f.executed_at and k.fill_id = f.fill_id
cross join lateral unnest(utl_private.correct_fills(array[f])) as e;

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
