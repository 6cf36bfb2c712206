create or replace view utl.effective_transactions as
select t.*
from utl.transactions as t
where
    not exists (
        select from utl.transaction_corrections as c
        where c.transaction_id = t.transaction_id
    )
union all
select (e.fact).*
from (
    select utl_private.corrected_transaction(t) as fact
    from (
        select distinct c.transaction_id from utl.transaction_corrections as c
    ) as k
    inner join utl.transactions as t on k.transaction_id = t.transaction_id
    offset 0
) as e
where (e.fact).transaction_id is not null;
