create or replace view utl.restatements as
select
    u.book,
    u.account,
    u.instrument,
    u.costing,
    r.recorded_at,
    r.cause,
    r.restated_from,
    r.recorded_at - r.restated_from as late_by,
    r.facts,
    r.fact_ids,
    r.entries_replaced,
    trim_scale(r.realized_pnl_before) as realized_pnl_before,
    trim_scale(r.realized_pnl_after) as realized_pnl_after,
    trim_scale(r.realized_pnl_after - r.realized_pnl_before) as realized_pnl_delta,
    u.cost_asset,
    r.restatement_id,
    r.position_id,
    r.book_id
from utl_private.restatements as r
inner join utl_private.position_figures as u
    on r.position_id = u.position_id and r.book_id = u.book_id;

comment on view utl.restatements is
'Every restatement of a position: what late fills, corrections and others changed of what was
believed. The delta of realized PnL has in it what new fills of the same statement realized.';
comment on column utl.restatements.book is 'The book.';
comment on column utl.restatements.account is
'The account, where the costing pools by account; else null.';
comment on column utl.restatements.instrument is 'What is traded.';
comment on column utl.restatements.costing is 'The costing that was restated.';
comment on column utl.restatements.recorded_at is
'When it was restated: what was believed before is known as of any moment before.';
comment on column utl.restatements.cause is
'late fill, bust, amendment, costing (its method changed), rebuild or reopening.';
comment on column utl.restatements.restated_from is
'The place in the position''s order from which it was booked again.';
comment on column utl.restatements.late_by is 'How long after that place it came.';
comment on column utl.restatements.facts is 'How many facts caused it.';
comment on column utl.restatements.fact_ids is
'Their ids, at most 100: of late fills, or of corrections.';
comment on column utl.restatements.entries_replaced is 'How many entries it superseded.';
comment on column utl.restatements.realized_pnl_before is
'Realized PnL as believed before the statement.';
comment on column utl.restatements.realized_pnl_after is 'Realized PnL as believed since.';
comment on column utl.restatements.realized_pnl_delta is 'The difference.';
comment on column utl.restatements.cost_asset is 'The asset in which it is counted.';
comment on column utl.restatements.restatement_id is
'The restatement; it may concern several positions.';
comment on column utl.restatements.position_id is 'Id of the position.';
comment on column utl.restatements.book_id is 'Id of the book.';
