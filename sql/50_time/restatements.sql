-- Time: what we know now of then, and what we thought of it at any moment since.
--
-- An entry has two times: effective_at, when it counts, and booked_at, since when we believe it. What
-- a restatement replaces is kept with the time until which it was believed. So "where did we stand at
-- T" and "what did we think at K that we stood at T" are one question with two answers.

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
inner join utl.unit_costs as u on r.position_id = u.position_id and r.book_id = u.book_id;

comment on view utl.restatements is
'Every restatement of a position: what late fills and corrections changed of what was believed. The
delta of realized PnL has in it what new fills of the same statement realized.';
