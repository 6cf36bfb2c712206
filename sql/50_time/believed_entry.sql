-- Time: what we know now of then, and what we thought of it at any moment since.
--
-- An entry has two times: effective_at, when it counts, and booked_at, since when we believe it.
-- What a restatement replaces is kept with the time until which it was believed. So "where did we
-- stand at T" and "what did we think at K that we stood at T" are one question with two answers.

create or replace function utl_private.believed_entry(
    position_id bigint, as_of timestamptz, as_known timestamptz
)
returns setof utl_private.entries
language sql
stable
as $believed_entry$
    select e.*
    from utl_private.entry_at(believed_entry.position_id, as_of, as_known) as e
    union all
    select b.*
    from (
        select e.*
        from utl_private.later_positions as l
        inner join utl_private.position_terms as t on l.position_id = t.position_id
        cross join lateral utl_private.entry_at(l.position_id, as_of, as_known) as e
        where l.later_position_id = believed_entry.position_id
        order by t.starts_at desc
        limit 1
    ) as b
    limit 1
$believed_entry$;

comment on function utl_private.believed_entry(bigint, timestamptz, timestamptz) is
'The last entry up to a time, as it was believed at a moment: of the position or, if it has none by
then, of those before it, from which it went on by another method.';
