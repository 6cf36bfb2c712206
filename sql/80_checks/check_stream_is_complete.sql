create or replace view utl_private.check_stream_is_complete as
with logged as (
    select distinct on (h.position_id) h.position_id, h.change_id, h.version
    from utl_private.position_changes as h
    order by h.position_id asc, h.version desc
)

select v.position_id, v.change_id, v.version, v.expected_version
from utl.verify_stream() as v
union all
select p.position_id, n.change_id, n.version, p.version as expected_version
from utl_private.positions as p
inner join logged as n on p.position_id = n.position_id
where n.version <> p.version;

comment on view utl_private.check_stream_is_complete is
'The stream has every version of every position since its first one, in order';
