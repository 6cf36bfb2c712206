-- Checks: views that must be empty. Each has a title, its comment, which says what is true of a
-- ledger that is right; a row is a proof that this one is not.

create or replace view utl_private.booked_outcomes as
select
    e.position_id, e.effective_at, e.sequence, e.fill_id, e.part, e.lot_fill_id, e.lot_opened_at,
    e.quantity, e.amount, e.fee, e.realized_pnl,
    e.quantity_after, e.cost_after, e.realized_pnl_after, e.fees_after,
    null::timestamptz as opened_at, e.rule
from utl_private.entries as e
union all
select
    p.position_id, p.last_effective_at, p.last_sequence, p.last_fill_id, null, null, null,
    null, null, null, null,
    p.quantity, p.cost, p.realized_pnl, p.fees,
    p.opened_at, null
from utl_private.positions as p
where                                   -- else it is as if it had never been: no fill counts
    (p.last_fill_id, p.quantity, p.cost, p.realized_pnl, p.fees) <> (0, 0, 0, 0, 0)
    or p.opened_at is not null;

comment on view utl_private.booked_outcomes is
'What booking stored, in the shape in which a fold returns it: entries, and with part null the
state of each position after its last one, but for positions without any.';
