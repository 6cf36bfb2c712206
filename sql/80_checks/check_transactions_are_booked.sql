create or replace view utl_private.check_transactions_are_booked as
with facts as (
    select l.position_id, l.fill_id as transaction_id, sum(l.quantity) as quantity
    from utl_private.costed_transactions as x
    inner join utl_private.position_terms as t
        on
            t.has_transactions and t.family <> 'deferred'
            and (
                (x.book_id = t.book_id and x.instrument_id = t.instrument_id)
                or (x.to_book_id = t.book_id and x.to_instrument_id = t.instrument_id)
            )
    cross join lateral utl_private.transaction_legs(row(x.*)::utl.transactions, t) as l
    where
        l.rule not in ('split', 'spin off')
        and l.chosen_quantity is null   -- the last leg is of all, whatever was chosen
    group by l.position_id, l.fill_id
),

booked as (
    select e.position_id, e.fill_id as transaction_id, sum(e.quantity) as quantity
    from utl_private.entries as e
    where e.rule <> 'choose' and e.rule <> 'split' and e.rule <> 'spin off'
    group by e.position_id, e.fill_id
)

select
    coalesce(f.transaction_id, b.transaction_id) as transaction_id,
    coalesce(f.position_id, b.position_id) as position_id,
    f.quantity,
    b.quantity as booked_quantity
from facts as f
full join booked as b on f.transaction_id = b.transaction_id and f.position_id = b.position_id
where coalesce(f.quantity, 0) <> coalesce(b.quantity, 0);

comment on view utl_private.check_transactions_are_booked is
'Every transaction is booked, whole and once, in every position that it concerns';
