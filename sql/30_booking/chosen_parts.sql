create or replace function utl_private.chosen_parts(leg utl_private.leg, lots jsonb)
returns setof utl_private.leg
language sql
immutable
as $chosen_parts$
    select
        leg.position_id, leg.book_id, leg.method, leg.effective_at, leg.sequence, leg.fill_id,
        leg.quantity, leg.amount, leg.fee, leg.rank,
        leg.position_quantity, leg.position_cost, leg.position_realized_pnl, leg.position_fees,
        leg.position_opened_at, leg.last_effective_at, leg.last_sequence, leg.last_fill_id,
        case when c.lot_id is not null then coalesce(leg.rule, 'choose') else leg.rule end,
        coalesce(c.lot_id, leg.lot_id), leg.lot_opened_at, leg.lot_sequence, leg.origin_id,
        c.quantity, leg.place - 1 + c.place
    from (
        select
            l.place::integer, (l.lot ->> 'lot_id')::bigint as lot_id,
            coalesce((l.lot ->> 'quantity')::numeric, abs(leg.quantity)) as quantity
        from jsonb_array_elements(lots) with ordinality as l (lot, place)
        union all                       -- what is not chosen
        select coalesce(jsonb_array_length(lots), 0) + 1, null, null
    ) as c
$chosen_parts$;

comment on function utl_private.chosen_parts(utl_private.leg, jsonb) is
'A leg once for each lot that was chosen for it, in the order in which they were named, with how
much of it may close, and once for the rest, which closes by the order of the costing; without a
choice, the leg. The fold hands on what is left of the leg from one to the next.';
