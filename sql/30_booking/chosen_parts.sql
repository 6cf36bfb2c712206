create or replace function utl_private.chosen_parts(leg utl_private.leg, lots jsonb)
returns setof utl_private.leg
language sql
immutable
as $chosen_parts$
    with asked as (
        select
            c.nth, c.lot_id, c.quantity,
            coalesce(sum(c.quantity) over (
                order by c.nth rows between unbounded preceding and 1 preceding
            ), 0) as before
        from (
            select
                l.nth, (l.lot ->> 'lot_id')::bigint as lot_id,
                coalesce((l.lot ->> 'quantity')::numeric, abs(leg.quantity)) as quantity
            from jsonb_array_elements(lots) with ordinality as l (lot, nth)
            union all                   -- what is not chosen
            select 9223372036854775807, null, abs(leg.quantity)
        ) as c
    ),

    parts as (
        select
            row_number() over (order by a.nth)::integer as place,
            count(*) over () as parts,
            a.lot_id,
            sign(leg.quantity) * least(a.quantity, abs(leg.quantity) - a.before) as quantity
        from asked as a
        where a.before < abs(leg.quantity)
    ),

    shares as (
        select p.*, utl_private.share(leg.amount, p.quantity, leg.quantity) as amount
        from parts as p
    )

    select
        leg.position_id, leg.book_id, leg.method, leg.effective_at, leg.sequence, leg.fill_id,
        s.quantity,
        case
            when s.place < s.parts then s.amount
            else leg.amount - (sum(s.amount) over () - s.amount)
        end,
        case when s.place = 1 then leg.fee else 0 end,
        leg.rank,
        leg.position_quantity, leg.position_cost, leg.position_realized_pnl, leg.position_fees,
        leg.position_opened_at, leg.last_effective_at, leg.last_sequence, leg.last_fill_id,
        case when s.lot_id is not null then 'choose' end,
        s.lot_id, null::timestamptz, null::bigint, null::bigint, s.place
    from shares as s
$chosen_parts$;

comment on function utl_private.chosen_parts(utl_private.leg, jsonb) is
'A leg in parts: one for each lot that was chosen for it, in the order in which they were named, at
most the quantity given, and one for the rest, which closes by the order of the costing.';
