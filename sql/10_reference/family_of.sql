create or replace function utl_private.family_of(method text, has_transactions boolean)
returns text
language sql
immutable
parallel safe
as $family_of$
    select case
        when method = 'wac' then 'average'
        when method in ('fifo', 'lifo') and not has_transactions then 'time'
        else 'rank'
    end
$family_of$;

comment on function utl_private.family_of(text, boolean) is
'Which fold computes a position: fold_average, fold_lots (by time), or fold_ranked_lots, by rank and
for lots that transactions move, split or choose.';
