create or replace function utl_private.departing_legs(
    transaction utl.transactions, held utl_private.position_terms
)
returns setof utl_private.leg
language sql
stable
as $departing_legs$
    select k.*
    from utl_private.departing_parts(transaction, held) as p
    cross join utl_private.place_of(transaction, held) as t
    cross join lateral (
        select case
            when held.method <> 'wac' and held.instrument_id > 0
                then utl_private.lots_chosen_for(transaction.transaction_id)
        end
    ) as c (lots)
    cross join lateral (
        select case
            when held.method = 'wac' then null
            when p.rule = 'arrive' then transaction.transaction_id
            -- If more leaves than is there, the fee opens a lot beside that of what is moved.
            when p.place > 1 then -((transaction.transaction_id + 1) << 20)
        end as lot_id
    ) as o
    cross join lateral utl_private.chosen_parts(
        (
            held.position_id, held.book_id, held.method,
            t.effective_at, t.sequence, transaction.transaction_id,
            p.quantity, p.amount, p.fee,
            coalesce(utl_private.rank_before_splits(
                utl_private.lot_rank(
                    held, p.quantity,
                    coalesce(
                        transaction.price,
                        utl_private.average_cost(
                            p.quantity, p.amount, held.multiplier, held.is_inverse
                        ),
                        0
                    ),
                    0
                ),
                held, t.effective_at, t.sequence, transaction.transaction_id
            ), 0),
            held.quantity, held.cost, held.realized_pnl, held.fees, held.opened_at,
            held.last_effective_at, held.last_sequence, held.last_fill_id,
            p.rule,
            o.lot_id,
            case when o.lot_id is not null then coalesce(transaction.opened_at, t.effective_at) end,
            case when o.lot_id is not null then t.sequence end,
            case when o.lot_id is not null then transaction.transaction_id end,
            null::numeric, p.place + (p.place - 1) * coalesce(jsonb_array_length(c.lots), 0)
        )::utl_private.leg,
        case when p.place = 1 and p.rule in ('given', 'move', 'expense') then c.lots end
    ) as k
    where
        held.book_id = transaction.book_id
        and held.instrument_id = transaction.instrument_id
        and held.account_id in (0, coalesce(transaction.account_id, held.account_id))
        and t.effective_at >= held.starts_at and t.effective_at < held.ends_at
$departing_legs$;

comment on function utl_private.departing_legs(
    utl.transactions, utl_private.position_terms
) is
'The legs of a transaction in the position that it is about. Without an amount what leaves, leaves
at its cost, and what comes has cost nothing: utl.missing_basis. What moves to another position
leaves at its cost, too, and arrives there by utl_private.arriving_legs. A fee in the coin that is
moved leaves after what is moved. Lots are chosen for what leaves, and not for such a fee. Where
fees are capitalized, what is paid as a fee brings nothing: its cost is lost.';
