create or replace function utl_private.opened(state utl_private.outcome, leg utl_private.leg)
returns utl_private.outcome
language sql
immutable
return utl_private.booked(
    state,
    leg,
    case when leg.lot_opened_at is not null then leg.lot_id end,
    leg.lot_opened_at,
    leg.quantity,
    coalesce(leg.amount, 0),
    coalesce(leg.amount, 0)
);

comment on function utl_private.opened(utl_private.outcome, utl_private.leg) is
'The entry that all that is left of a leg makes by opening. A lot that was opened before, in another
position, is named; what comes without an amount has cost nothing.';
