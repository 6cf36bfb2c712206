create or replace function utl_private.set_other_fees(book_id integer, costing_id integer)
returns void
language sql
set enable_nestloop = off
as $set_other_fees$
    delete from utl_private.position_fees as o
    using utl_private.positions as p
    where
        p.book_id = set_other_fees.book_id and p.costing_id = set_other_fees.costing_id
        and o.position_id = p.position_id and o.book_id = p.book_id;

    insert into utl_private.position_fees (position_id, book_id, asset_id, fees, in_cost_asset)
    select
        h.position_id, h.book_id, f.fee_asset_id, sum(f.fee),
        sum(
            utl_private.coin_fee(row(f.*)::utl.fills, h.coin_asset_id) * h.multiplier * f.price
        )
    from utl_private.position_terms as h
    inner join utl.effective_fills as f
        on
            h.book_id = f.book_id
            and h.instrument_id = f.instrument_id
            and h.account_id in (0, f.account_id)
    where
        h.book_id = set_other_fees.book_id and h.costing_id = set_other_fees.costing_id
        and f.fee <> 0 and f.fee_asset_id <> h.cost_asset_id
    group by h.position_id, h.book_id, f.fee_asset_id
$set_other_fees$;

comment on function utl_private.set_other_fees(integer, integer) is
'Counts the fees in other assets than the cost currency anew, for the positions of a costing.';
