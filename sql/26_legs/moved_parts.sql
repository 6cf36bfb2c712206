create or replace function utl_private.moved_parts(
    transaction utl.transactions, from_position_id bigint
)
returns table (
    nth integer, quantity numeric, amount numeric, opened_at timestamptz, sequence bigint,
    origin_id bigint
)
language sql
stable
as $moved_parts$
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
    ),

    -- What is spun off of nothing comes, too, at no cost.
    parts as (
        select b.* from booked as b
        union all
        select 1, 1, transaction.occurred_at, null, null, 0, 0, 1
        where
            transaction.kind = 'spin_off' and from_position_id is not null
            and not exists (select from booked)
    ),

    shares as (
        select
            p.*,
            case transaction.kind
                when 'transfer' then -p.quantity
                else utl_private.share(
                    transaction.to_quantity, p.weight, nullif(sum(p.weight) over (), 0)
                )
            end as share,
            case
                when transaction.kind = 'conversion' then coalesce(utl_private.share(
                    transaction.amount, p.weight, nullif(sum(p.weight) over (), 0)
                ), 0)
                else 0
            end as paid
        from parts as p
    )

    select
        s.nth,
        case
            when s.nth < s.parts then s.share
            else transaction.to_quantity - (sum(s.share) over () - s.share)
        end,
        -s.amount + case
            when transaction.kind <> 'conversion' or s.nth < s.parts then s.paid
            else coalesce(transaction.amount, 0) - (sum(s.paid) over () - s.paid)
        end,
        coalesce(k.opened_at, s.lot_opened_at, transaction.opened_at, s.effective_at),
        coalesce(k.sequence, o.sequence, transaction.sequence),
        coalesce(k.origin_id, s.lot_fill_id, transaction.transaction_id)
    from shares as s
    left join utl_private.carried_lots as k
        on k.position_id = from_position_id and s.lot_fill_id = k.fill_id
    left join lateral (
        select e.sequence
        from utl_private.entries as e
        where
            e.position_id = from_position_id and e.effective_at = s.lot_opened_at
            and e.fill_id = s.lot_fill_id
        limit 1
    ) as o on true
$moved_parts$;

comment on function utl_private.moved_parts(utl.transactions, bigint) is
'What a transaction took out of a position to be moved to another: a row for each lot, with the
quantity and the amount with which it arrives, when and in which order it was opened, and by what.
To another instrument quantities are in proportion; the last part takes the rest.';
