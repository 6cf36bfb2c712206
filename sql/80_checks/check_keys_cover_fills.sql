create or replace view utl_private.check_keys_cover_fills as
select
    coalesce(f.fill_id, k.fill_id) as fill_id,
    coalesce(f.account_id, k.account_id) as account_id,
    coalesce(f.venue_fill_id, k.venue_fill_id) as venue_fill_id
from utl.fills as f
full join utl_private.fill_keys as k on f.fill_id = k.fill_id
where
    (f.fill_id is null and k.executed_at >= utl_private.archived_up_to())
    or k.fill_id is null
    or (f.account_id, f.venue_fill_id, f.executed_at)
    <> (k.account_id, k.venue_fill_id, k.executed_at)
    or utl_private.fill_digest(f) <> k.content_digest
union all
select f.fill_id, min(f.account_id), min(f.venue_fill_id)
from utl.fills as f
group by f.fill_id
having count(*) > 1;

comment on view utl_private.check_keys_cover_fills is
'Every fill has its key and every key its fill, archived ones apart, with the content it was
recorded with';
