-- Reconciliation: what would bring the ledger to where a venue says that it is. Nothing here books
-- anything; it says what there would be to book.

create or replace function utl.reconciling_price(
    quantity numeric, average_cost numeric, target_quantity numeric, target_average_cost numeric
)
returns numeric
language sql
immutable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $reconciling_price$
    select case when p.price > 0 then trim_scale(p.price) end
    from (
        select case
            when target_quantity = 0 and quantity <> 0 then average_cost
            when target_average_cost <= 0 then null
            when quantity = 0 or sign(quantity) <> sign(target_quantity) then target_average_cost
            else utl_private.share(
                target_quantity * target_average_cost - quantity * average_cost,
                1,
                nullif(target_quantity - quantity, 0)
            )
        end as price
    ) as p
$reconciling_price$;

comment on function utl.reconciling_price(numeric, numeric, numeric, numeric) is
'The price of the one fill that leads from a position, signed quantity and average cost, to another:
(target quantity × target average cost − quantity × average cost) ÷ the difference in quantity,
rounded to 18 places. To flat, which realizes nothing, it is the average cost; from flat, and to the
other side, that of the target. Null where no price does it: equal quantities, a target without an
average cost, or a price that would not be positive. For linear instruments.';
