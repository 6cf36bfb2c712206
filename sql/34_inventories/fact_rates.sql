create or replace trigger t10_refuse_change
before update or delete or truncate on utl.fact_rates
for each statement execute function utl_private.refuse_change();

comment on table utl.fact_rates is
'At which rates facts are booked in inventories: recorded by booking, from the prices that it knows,
or by utl.record_rate. The last of a fact and an asset counts.';
comment on column utl.fact_rates.rate_id is 'Id of the rate.';
comment on column utl.fact_rates.recorded_at is 'When it was recorded.';
comment on column utl.fact_rates.fact_id is 'The fill or transaction.';
comment on column utl.fact_rates.asset_id is 'What was valued.';
comment on column utl.fact_rates.to_asset_id is 'In what: the reporting currency of a book.';
comment on column utl.fact_rates.rate is 'What one unit of the asset was worth when it happened.';
comment on column utl.fact_rates.price_at is
'The time of the oldest price that it is made of; null: somebody said it.';
comment on column utl.fact_rates.reason is 'Who said it, or why.';
