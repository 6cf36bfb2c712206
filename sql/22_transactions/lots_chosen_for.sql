create or replace function utl_private.lots_chosen_for(transaction_id bigint)
returns jsonb
language sql
stable
as $lots_chosen_for$
    select c.lots
    from utl.transaction_corrections as c
    where c.transaction_id = lots_chosen_for.transaction_id and c.kind = 'choose'
    order by c.correction_id desc
    limit 1
$lots_chosen_for$;

comment on function utl_private.lots_chosen_for(bigint) is
'The lots that were chosen last for a transaction; null if none were.';
