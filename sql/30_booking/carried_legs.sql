create or replace function utl_private.carried_legs(held utl_private.position_terms)
returns setof utl_private.leg
language sql
stable
as $carried_legs$
    with lots as (
        select
            o.opened_at, o.sequence, o.fill_id, o.quantity, o.cost,
            coalesce(k.origin_id, o.fill_id) as origin_id
        from utl_private.carried_states as s
        inner join utl_private.open_lots as o on s.from_position_id = o.position_id
        left join utl_private.carried_lots as k
            on o.position_id = k.position_id and o.fill_id = k.fill_id and o.book_id = k.book_id
        where s.position_id = held.position_id and s.from_method <> 'wac'
        union all
        select s.opened_at, 0, -s.from_position_id, s.quantity, s.cost, null
        from utl_private.carried_states as s
        where s.position_id = held.position_id and s.from_method = 'wac' and s.quantity <> 0
    ),

    priced as (
        select
            l.*,
            f.price,
            case when f.fee_asset_id = held.cost_asset_id then f.fee end as fee,
            f.executed_at as priced_at, f.sequence as price_sequence
        from lots as l
        inner join utl_private.origin_fills as f on l.origin_id = f.fill_id
        where f.instrument_id = held.instrument_id
        union all
        select l.*, t.price, null, t.occurred_at, t.sequence
        from lots as l
        inner join utl_private.costed_transactions as t on l.origin_id = t.transaction_id
        where t.instrument_id = held.instrument_id and t.price is not null
    )

    select
        held.position_id, held.book_id, held.method,
        held.starts_at - interval '1 microsecond',
        row_number() over (order by l.opened_at, l.sequence, l.fill_id),
        l.fill_id, l.quantity, l.cost, 0,
        utl_private.rank_before_splits(
            utl_private.lot_rank(
                held, l.quantity,
                coalesce(
                    p.price,
                    utl_private.average_cost(l.quantity, l.cost, held.multiplier, held.is_inverse),
                    0
                ),
                coalesce(p.fee, 0)
            ),
            held, coalesce(p.priced_at, held.starts_at), coalesce(p.price_sequence, 0), l.origin_id
        ),
        held.quantity, held.cost, held.realized_pnl, held.fees, held.opened_at,
        held.last_effective_at, held.last_sequence, held.last_fill_id,
        null::text, null::bigint, null::timestamptz, null::bigint, null::bigint,
        null::numeric, 1
    from lots as l
    left join priced as p on l.fill_id = p.fill_id
$carried_legs$;

comment on function utl_private.carried_legs(utl_private.position_terms) is
'What a position starts with whose costing goes on with another method: a leg for each lot that was
open when the method before ended, under the id of the fill that opened it and at its cost, in the
order in which they were opened; of an average one leg, under the negative id of its position. Their
place is just before the start. Nothing is realized by it. A lot ranks by the price of its fill, or
that given with the transaction that opened it, an average by its own.';
