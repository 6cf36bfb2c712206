create or replace function utl_private.fold(legs refcursor, family text)
returns setof utl_private.outcome
language sql
stable
as $fold$
    select a.* from utl_private.fold_average(legs) as a where family = 'average'
    union all
    select l.* from utl_private.fold_lots(legs) as l where family = 'time'
    union all
    select r.* from utl_private.fold_ranked_lots(legs) as r where family = 'rank'
$fold$;

comment on function utl_private.fold(refcursor, text) is
'The fold of one family of methods over legs ordered by position, effective_at, sequence and
fill_id. The planner inlines it, and only the fold that is asked for runs. It reads open lots and
writes nothing: booking and replay are one computation.';
