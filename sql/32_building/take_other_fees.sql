create or replace function utl_private.take_other_fees(book_id integer, costing_id integer)
returns void
language plpgsql
as $take_other_fees$
declare
    _taken utl_private.costings;
    _from utl_private.costings;
begin
    select c.* into _taken
    from utl_private.costings as c
    where c.book_id = take_other_fees.book_id and c.costing_id = take_other_fees.costing_id;
    select c.* into _from
    from utl_private.costings as c
    where
        c.book_id = take_other_fees.book_id and c.costing_id <> take_other_fees.costing_id
        and c.is_built and c.ends_at = 'infinity' and c.pool in ('account', _taken.pool)
    order by c.pool = _taken.pool desc
    limit 1;
    if not found then                   -- what a pool of the whole book has does not tell accounts
        perform utl_private.set_other_fees(book_id, costing_id);
        return;
    end if;
    delete from utl_private.position_fees as o
    using utl_private.positions as p
    where
        p.book_id = take_other_fees.book_id and p.costing_id = take_other_fees.costing_id
        and o.position_id = p.position_id and o.book_id = p.book_id;
    insert into utl_private.position_fees (position_id, book_id, asset_id, fees, in_cost_asset)
    select p.position_id, p.book_id, o.asset_id, sum(o.fees), sum(o.in_cost_asset)
    from utl_private.positions as p
    inner join utl_private.positions as f
        on
            p.book_id = f.book_id and p.instrument_id = f.instrument_id
            and (p.account_id = f.account_id or p.account_id = 0)
    inner join utl_private.position_fees as o
        on f.position_id = o.position_id and f.book_id = o.book_id
    where
        p.book_id = take_other_fees.book_id and p.costing_id = take_other_fees.costing_id
        and f.costing_id = _from.costing_id
    group by p.position_id, p.book_id, o.asset_id;
end
$take_other_fees$;

comment on function utl_private.take_other_fees(integer, integer) is
'Takes the fees in other assets than the cost currency over from another costing of the book, since
no method changes them; from the facts where none tells them apart by account.';
