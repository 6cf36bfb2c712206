create or replace view utl_private.check_lots_are_in_closing_order as
select
    o.position_id,
    o.fill_id,
    o.rank, l.rank as rank_of_fill,
    o.opened_at, l.effective_at as time_of_fill,
    o.sequence, l.sequence as sequence_of_fill
from utl_private.open_lots as o
inner join utl_private.position_terms as t on o.position_id = t.position_id
inner join utl_private.origin_fills as f
    on o.fill_id = f.fill_id and t.instrument_id = f.instrument_id
cross join lateral utl_private.fill_leg(row(f.*)::utl.fills, t) as l
where (o.rank, o.opened_at, o.sequence) is distinct from (l.rank, l.effective_at, l.sequence);

comment on view utl_private.check_lots_are_in_closing_order is
'Every open lot has the rank, the time and the sequence of the fill that opened it';
