create or replace trigger t10_refuse_change
before update or delete or truncate on utl.venue_statements
for each statement execute function utl_private.refuse_change();

comment on table utl.venue_statements is
'What venues said that accounts held, one line of a statement a row. Facts: they never change.';
comment on column utl.venue_statements.statement_line_id is
'Order of arrival, shared by all kinds of facts.';
comment on column utl.venue_statements.as_of is 'The time of which the venue said it.';
comment on column utl.venue_statements.recorded_at is 'When it was inserted here.';
comment on column utl.venue_statements.account_id is 'The account.';
comment on column utl.venue_statements.asset_id is 'The asset that it held.';
comment on column utl.venue_statements.instrument_id is
'The contract that it held; either this or the asset.';
comment on column utl.venue_statements.quantity is
'How much: negative is owed, or short; of a contract as the instrument counts it.';
comment on column utl.venue_statements.source is
'Which report said it, so that two of them can be told apart; empty: not said.';
