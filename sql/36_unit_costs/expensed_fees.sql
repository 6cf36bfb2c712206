create or replace function utl.expensed_fees(
    position_id bigint, fees numeric, as_of timestamptz default 'infinity'
)
returns numeric
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $expensed_fees$
    select case
        when expensed_fees.as_of < c.starts_at
            then coalesce(utl.expensed_fees(
                s.from_position_id, expensed_fees.fees, expensed_fees.as_of
            ), 0)
        else
            case c.fees when 'expense' then expensed_fees.fees - coalesce(s.fees, 0) else 0 end
            + coalesce(utl.expensed_fees(s.from_position_id, s.fees), 0)
    end
    from utl_private.positions as p
    inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
    left join utl_private.carried_states as s on p.position_id = s.position_id
    where p.position_id = expensed_fees.position_id
$expensed_fees$;

comment on function utl.expensed_fees(bigint, numeric, timestamptz) is
'How much of the fees that a position had paid by a time was expensed, beside its realized PnL: all
or nothing, unless a change of the costing changed the treatment of fees, too. Net PnL is realized
PnL less this. Null for an unknown position.';
