comment on table utl.fills is
'Executions, as plain rows: INSERT and COPY book them in the same commit. A fill that is already
there (same account and venue_fill_id) is refused with 23505; utl.record_fills skips and reports
it instead.';
comment on column utl.fills.fill_id is 'Order of arrival, shared by all kinds of facts.';
comment on column utl.fills.executed_at is 'When the venue executed it.';
comment on column utl.fills.recorded_at is 'When it was inserted here.';
comment on column utl.fills.sequence is
'The venue''s own order within one time, such as its trade number; 0 where it gives none.';
comment on column utl.fills.book_id is 'The book whose risk it is: utl.books. It never changes.';
comment on column utl.fills.account_id is 'The account it was executed in: utl.accounts.';
comment on column utl.fills.instrument_id is 'What was traded: utl.instruments.';
comment on column utl.fills.fee_asset_id is 'The asset in which the fee was paid: utl.assets.';
comment on column utl.fills.side is 'buy or sell.';
comment on column utl.fills.quantity is 'How much, in base asset or contracts; always positive.';
comment on column utl.fills.price is
'Price in the quote asset. May be zero or negative: futures and options have had such prices.';
comment on column utl.fills.fee is 'Fee in fee_asset: positive was paid, negative is a rebate.';
comment on column utl.fills.liquidity is 'maker or taker, where known.';
comment on column utl.fills.venue_fill_id is
'The venue''s identity of this execution, unique within the account.';
comment on column utl.fills.venue_order_id is 'The venue''s identity of the order, where known.';
