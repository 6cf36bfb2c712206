create or replace view utl.effective_fills as
with corrected as (
    select distinct c.account_id, c.venue_fill_id
    from utl.corrections as c
)

select f.*
from utl.fills as f
left join corrected as c
    on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
where c.account_id is null
union all
select e.*
from corrected as c
inner join utl_private.fill_keys as k
    on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
inner join utl.fills as f on k.executed_at = f.executed_at and k.fill_id = f.fill_id
cross join lateral unnest(utl_private.correct_fills(array[f])) as e;

comment on view utl.effective_fills is
'Fills as they count: amended ones with their new values, without those that were busted. The
columns are those of utl.fills.';
