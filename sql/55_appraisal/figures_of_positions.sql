create or replace function utl_private.figures_of_positions(
    of_book_id integer, as_of timestamptz, as_known timestamptz
)
returns table (
    book_id integer, costing text, account_id integer, instrument_id integer,
    is_primary boolean, fee_treatment text, position_id bigint,
    quantity numeric, cost numeric, realized_pnl numeric, fees numeric, expensed_fees numeric
)
language plpgsql
stable
set enable_nestloop = on                -- each position looks its entry up in an index
as $figures_of_positions$
begin
    -- Where nothing came after it, the position is as it was.
    return query
    select
        u.book_id, u.costing, coalesce(u.account_id, 0), u.instrument_id,
        u.is_primary, u.fee_treatment, u.position_id,
        u.quantity, u.cost, u.realized_pnl, u.fees, u.realized_pnl - u.net_pnl
    from utl.unit_costs as u
    where
        as_known = 'infinity' and (as_of = 'infinity' or u.last_fill_at <= as_of)
        and (of_book_id is null or u.book_id = of_book_id);
    if as_of = 'infinity' and as_known = 'infinity' then
        return;
    end if;
    return query
    select
        u.book_id, u.costing, coalesce(u.account_id, 0), u.instrument_id,
        u.is_primary, u.fee_treatment, u.position_id,
        e.quantity_after, e.cost_after, e.realized_pnl_after, e.fees_after,
        case
            when c.starts_at > '-infinity'
                then utl.expensed_fees(u.position_id, e.fees_after, as_of)
            when c.fees = 'expense' then e.fees_after
            else 0
        end
    from utl.unit_costs as u
    inner join utl_private.costings as c
        on u.book_id = c.book_id and u.costing_id = c.costing_id
    cross join lateral utl_private.believed_entry(u.position_id, as_of, as_known) as e
    where
        (of_book_id is null or u.book_id = of_book_id)
        and (as_known < 'infinity' or u.last_fill_at > as_of);
end
$figures_of_positions$;

comment on function utl_private.figures_of_positions(integer, timestamptz, timestamptz) is
'Where every position of a book, or with null of the firm, stood at a time, as known at a moment;
infinity is now. account_id is 0 where the book is one pool.';
