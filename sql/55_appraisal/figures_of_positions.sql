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
set plan_cache_mode = force_generic_plan  -- good at every time, and long to make
as $figures_of_positions$
declare
    _book_ids integer[] := array(
        select b.book_id from utl_private.books as b
        where of_book_id is null or b.book_id = of_book_id
    );
begin
    -- Where nothing came after it, the position is as it was.
    return query
    select
        f.book_id, f.costing, f.account_id, f.instrument_id, f.is_primary, f.fee_treatment,
        f.position_id, f.quantity, f.cost, f.realized_pnl, f.fees, f.expensed_fees
    from utl_private.figures_by_costing as f
    where
        f.is_current and f.book_id = any(_book_ids)
        and as_known = 'infinity' and (as_of = 'infinity' or f.last_fill_at <= as_of);
    if as_of = 'infinity' and as_known = 'infinity' then
        return;
    end if;
    return query
    select
        f.book_id, f.costing, f.account_id, f.instrument_id, f.is_primary, f.fee_treatment,
        f.position_id, e.quantity_after, e.cost_after, e.realized_pnl_after, e.fees_after,
        case
            when f.starts_at > '-infinity'
                then utl.expensed_fees(f.position_id, e.fees_after, as_of)
            when f.fee_treatment = 'expense' then e.fees_after
            else 0
        end
    from utl_private.figures_by_costing as f
    cross join lateral utl_private.believed_entry(f.position_id, as_of, as_known) as e
    where
        f.is_current and f.book_id = any(_book_ids)
        and (as_known < 'infinity' or f.last_fill_at > as_of);
end
$figures_of_positions$;

comment on function utl_private.figures_of_positions(integer, timestamptz, timestamptz) is
'Where every position of a book, or with null of the firm, stood at a time, as known at a moment;
infinity is now. account_id is 0 where the book is one pool.';
