create or replace function utl_private.correction_of_transaction(transaction_id bigint)
returns table (
    kind text, occurred_at timestamptz, quantity numeric, amount numeric, opened_at timestamptz,
    reason text, recorded_at timestamptz
)
language sql
stable
as $correction_of_transaction$
    select
        (array_agg(c.kind order by c.correction_id desc) filter (where c.kind <> 'choose'))[1],
        (array_agg(c.occurred_at order by c.correction_id desc)
            filter (where c.occurred_at is not null))[1],
        (array_agg(c.quantity order by c.correction_id desc)
            filter (where c.quantity is not null))[1],
        (array_agg(c.amount order by c.correction_id desc)
            filter (where c.amount is not null))[1],
        (array_agg(c.opened_at order by c.correction_id desc)
            filter (where c.opened_at is not null))[1],
        (array_agg(c.reason order by c.correction_id desc) filter (where c.reason is not null))[1],
        max(c.recorded_at)
    from utl.transaction_corrections as c
    where c.transaction_id = correction_of_transaction.transaction_id
$correction_of_transaction$;

comment on function utl_private.correction_of_transaction(bigint) is
'What the corrections of a transaction make of it together: the kind of the last one that is no
choice of lots, the last value that an amendment gave to each column, the last reason, and when the
last was recorded; all null without corrections.';
