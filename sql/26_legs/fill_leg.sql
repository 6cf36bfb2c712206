create or replace function utl_private.fill_leg(
    fill utl.fills, held utl_private.position_terms
)
returns setof utl_private.leg
language sql
stable
as $fill_leg$
    select
        held.position_id,
        held.book_id,
        held.method,
        f.effective_at,
        case when held.by_arrival then 0 else fill.sequence end,
        fill.fill_id,
        f.quantity,
        f.amount + case when held.capitalizes_fees then f.fee else 0 end,
        f.fee,
        case
            when held.has_transactions then utl_private.rank_before_splits(
                utl_private.lot_rank(held, f.quantity, fill.price, f.fee),
                held, f.effective_at, fill.sequence, fill.fill_id
            )
            else utl_private.lot_rank(held, f.quantity, fill.price, f.fee)
        end,
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
    from (
        select
            case
                when held.by_arrival then fill.recorded_at
                else greatest(fill.executed_at, held.closed_up_to)
            end as effective_at,
            utl_private.signed_quantity(fill.side, fill.quantity)
            - utl_private.coin_fee(fill, held.coin_asset_id) as quantity,
            utl_private.leg_amount(
                utl_private.signed_quantity(fill.side, fill.quantity)
                - utl_private.coin_fee(fill, held.coin_asset_id),
                fill.price, held.multiplier, held.is_inverse
            ) as amount,
            case
                when fill.fee_asset_id = held.cost_asset_id then fill.fee
                else utl_private.coin_fee(fill, held.coin_asset_id) * held.multiplier * fill.price
            end as fee
    ) as f
    where f.effective_at >= held.starts_at and f.effective_at < held.ends_at
$fill_leg$;

comment on function utl_private.fill_leg(utl.fills, utl_private.position_terms) is
'The leg of one fill in one position, if the fill''s time is within the costing''s. A fill of a
closed period counts from its end. A fee in the cost currency is part of the amount where the
costing capitalizes fees, and is kept beside it in any case; a fee in another asset moves no cost.
A fee in the coin itself is taken out of what was bought, or sold on top of what was sold, at the
price of the fill, and its value is a fee. Written so that the planner inlines it: it costs its
expressions and no call.';
