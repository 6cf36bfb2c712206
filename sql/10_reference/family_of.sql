create or replace function utl_private.family_of(method text)
returns text
language sql
immutable
parallel safe
as $family_of$
    select case
        when method = 'wac' then 'average'
        when method in ('fifo', 'lifo') then 'time'
        else 'rank'
    end
$family_of$;

comment on function utl_private.family_of(text) is
'Which fold computes a method: fold_average, fold_lots (by time) or fold_ranked_lots (by rank).';
