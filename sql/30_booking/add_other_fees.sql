create or replace function utl_private.add_other_fees(
    touched utl_private.touched[], held utl_private.position_terms[]
)
returns void
language sql
as $add_other_fees$
    insert into utl_private.position_fees as o (position_id, book_id, asset_id, fees)
    select p.position_id, p.book_id, t.fee_asset_id, sum(t.fee)
    from unnest(touched) as t
    inner join unnest(held) as p
        on
            t.book_id = p.book_id
            and t.instrument_id = p.instrument_id
            and p.account_id in (0, t.account_id)
    where t.fee <> 0 and t.fee_asset_id <> p.cost_asset_id
    group by p.position_id, p.book_id, t.fee_asset_id
    order by p.position_id, t.fee_asset_id
    on conflict on constraint position_fees_pkey do update set fees = o.fees + excluded.fees
$add_other_fees$;

comment on function utl_private.add_other_fees(
    utl_private.touched[], utl_private.position_terms[]
) is
'Adds the fees that were paid in another asset than the cost currency to the positions held, by
asset.';
