create or replace function utl_private.departed_parts(
    transaction utl.transactions, from_position_id bigint
)
returns table (
    nth integer, parts bigint, effective_at timestamptz, lot_fill_id bigint,
    lot_opened_at timestamptz, quantity numeric, amount numeric, weight numeric
)
language sql
stable
as $departed_parts$
    with booked as (
        select
            row_number() over (order by e.part)::integer as nth,
            count(*) over () as parts,
            e.effective_at, e.lot_fill_id, e.lot_opened_at, e.quantity, e.amount,
            case e.rule
                when 'move' then e.quantity
                else coalesce(utl_private.lot_quantity_before(row(e.*)::utl_private.entries), 1)
            end as weight
        from utl_private.entries as e
        where
            e.position_id = from_position_id
            and e.effective_at in (transaction.occurred_at, transaction.recorded_at)
            and e.fill_id = transaction.transaction_id and e.rule in ('move', 'spin off')
    )

    select b.*
    from booked as b
    union all
    select 1, 1, transaction.occurred_at, null, null, 0, 0, 1
    where                               -- what is spun off of nothing comes, too, at no cost
        transaction.kind = 'spin_off' and from_position_id is not null
        and not exists (select from booked)
$departed_parts$;

comment on function utl_private.departed_parts(utl.transactions, bigint) is
'What a transaction took out of a position to be moved to another, as the journal has it: a row a
lot. weight is its share of what arrives elsewhere.';
