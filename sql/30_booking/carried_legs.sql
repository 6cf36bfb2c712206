create or replace function utl_private.carried_legs(held utl_private.position_terms)
returns setof utl_private.leg
language sql
stable
as $carried_legs$
    with lots as (
        select o.opened_at, o.sequence, o.fill_id, o.quantity, o.cost
        from utl_private.carried_states as s
        inner join utl_private.open_lots as o on s.from_position_id = o.position_id
        where s.position_id = held.position_id and s.from_method <> 'wac'
        union all
        select s.opened_at, 0, -s.from_position_id, s.quantity, s.cost
        from utl_private.carried_states as s
        where s.position_id = held.position_id and s.from_method = 'wac' and s.quantity <> 0
    )

    select
        held.position_id,
        held.book_id,
        held.method,
        held.starts_at - interval '1 microsecond',
        row_number() over (order by l.opened_at, l.sequence, l.fill_id),
        l.fill_id,
        l.quantity,
        l.cost,
        0,
        utl_private.lot_rank(
            held, l.quantity,
            coalesce(
                f.price,
                utl_private.average_cost(l.quantity, l.cost, held.multiplier, held.is_inverse),
                0
            ),
            coalesce(case when f.fee_asset_id = held.cost_asset_id then f.fee end, 0)
        ),
        held.quantity,
        held.cost,
        held.realized_pnl,
        held.fees,
        held.opened_at,
        held.last_effective_at,
        held.last_sequence,
        held.last_fill_id,
        null::text, null::bigint, null::timestamptz, null::bigint, null::bigint,
        null::numeric, 1
    from lots as l
    left join utl_private.booked_fills as f on l.fill_id = f.fill_id
$carried_legs$;

comment on function utl_private.carried_legs(utl_private.position_terms) is
'What a position starts with whose costing goes on with another method: a leg for each lot that was
open when the method before ended, under the id of the fill that opened it and at its cost, in the
order in which they were opened; of an average one leg, under the
negative id of its position. Their place is just before
the start. Nothing is realized by it. A lot ranks by the price of its fill, an average by its own.';
