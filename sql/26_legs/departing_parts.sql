create or replace function utl_private.departing_parts(
    transaction utl.transactions, held utl_private.position_terms
)
returns table (place integer, rule text, quantity numeric, amount numeric, fee numeric)
language sql
immutable
as $departing_parts$
    select
        1 as place,
        case
            when transaction.kind in ('transfer', 'conversion') then 'move'
            when transaction.kind = 'split' then 'split'
            when transaction.kind = 'spin_off' then 'spin off'
            when transaction.kind = 'network_fee' and transaction.amount is null then 'expense'
            when transaction.opened_at is not null and held.method <> 'wac' then 'arrive'
            else 'given'
        end as rule,
        case transaction.kind
            when 'transfer' then -transaction.to_quantity
            when 'split' then transaction.new_units
            when 'spin_off' then 1
            else transaction.quantity
        end as quantity,
        case
            when transaction.kind in ('transfer', 'conversion') then null
            when transaction.kind = 'split' then transaction.old_units
            when transaction.kind = 'spin_off' then transaction.amount
            when transaction.kind = 'network_fee' and held.capitalizes_fees then 0
            when held.is_inverse then -sign(transaction.quantity) * transaction.amount
            else sign(transaction.quantity) * transaction.amount
        end as amount,
        case
            when transaction.kind = 'network_fee' then coalesce(transaction.amount, 0) else 0
        end as fee
    where
        utl_private.moves_positions(transaction.kind)
        and not (
            transaction.kind = 'transfer'
            and transaction.to_book_id = held.book_id
            and held.account_id in (0, transaction.to_account_id)
        )
    union all
    select
        2,
        case when transaction.amount is null then 'expense' else 'given' end,
        transaction.quantity + transaction.to_quantity,
        case when held.capitalizes_fees then 0 else -transaction.amount end,
        coalesce(transaction.amount, 0)
    where
        transaction.kind = 'transfer' and transaction.quantity + transaction.to_quantity <> 0
$departing_parts$;

comment on function utl_private.departing_parts(
    utl.transactions, utl_private.position_terms
) is
'What a transaction does to the position that it is about: one part, and one more for a fee in the
coin that is moved; none if it moves nothing, or only from account to account of one pool. Each has
the rule by which it is booked. A split has its units as quantity and amount.';
