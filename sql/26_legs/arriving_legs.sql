-- Legs: a fill as a position sees it, a signed quantity and the signed amount of cost currency that
-- goes with it. Buying 2 at 50 is (+2, +100), selling 2 at 60 is (-2, -120). All arithmetic of
-- booking is made of two functions: leg_amount multiplies, exactly; share divides, and rounds once.
-- A transaction has a leg where something goes, and one for each lot where it arrives.

create or replace function utl_private.arriving_legs(
    transaction utl.transactions, held utl_private.position_terms
)
returns setof utl_private.leg
language sql
stable
as $arriving_legs$
    select
        held.position_id, held.book_id, held.method,
        t.effective_at, t.sequence, transaction.transaction_id,
        m.quantity, m.amount, 0::numeric,
        coalesce(
            utl_private.rank_before_splits(
                utl_private.lot_rank(
                    held, m.quantity,
                    utl_private.price_of_origin(transaction, held, m.origin_id, m.opened_at), 0
                ),
                held, m.opened_at, m.sequence, m.origin_id
            ),
            utl_private.rank_before_splits(
                utl_private.lot_rank(
                    held, m.quantity,
                    utl_private.average_cost(
                        m.quantity, m.amount, held.multiplier, held.is_inverse
                    ),
                    0
                ),
                held, t.effective_at, t.sequence, transaction.transaction_id
            ),
            0
        ),
        held.quantity, held.cost, held.realized_pnl, held.fees, held.opened_at,
        held.last_effective_at, held.last_sequence, held.last_fill_id,
        'arrive',
        case
            when held.method <> 'wac' then -((transaction.transaction_id + 1) << 20) + m.nth
        end,
        case when held.method <> 'wac' then m.opened_at end,
        case when held.method <> 'wac' then m.sequence end,
        m.origin_id,
        null::numeric, m.nth
    from utl_private.moved_parts(transaction, utl_private.moved_from(transaction, held)) as m
    cross join utl_private.place_of(transaction, held) as t
    where t.effective_at >= held.starts_at and t.effective_at < held.ends_at
$arriving_legs$;

comment on function utl_private.arriving_legs(utl.transactions, utl_private.position_terms) is
'The legs of a transaction in the position to which it moves lots: a leg a lot, as the journal of
the position they come from has them, which must be booked before. A lot keeps when it was opened,
by what, and its cost; here it has an id of its own, negative, made of the transaction''s and its
number.';
