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
    with shares as (
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
        from utl_private.departed_parts(transaction, from_position_id) as p
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
