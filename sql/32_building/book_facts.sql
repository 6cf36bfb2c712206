-- Building: costings that come to a book that has a history, costings whose method changes, and
-- books that are derived again from their facts. All of it is the fold of booking over fact_legs.

create or replace function utl_private.book_facts(
    book_id integer,
    costing_id integer,
    from_time timestamptz default '-infinity',
    to_time timestamptz default 'infinity'
)
returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $book_facts$
declare
    _family text;
    _held utl_private.position_terms[];
    _legs refcursor;
begin
    perform utl_private.add_positions(array(
        select distinct (
            f.book_id, f.account_id, f.instrument_id, null, null, null, null, null
        )::utl_private.touched
        from utl_private.booked_fills as f
        where
            f.book_id = book_facts.book_id
            and f.executed_at >= from_time and f.executed_at < to_time
    ));
    select utl_private.family_of(c.method) into _family
    from utl_private.costings as c
    where c.book_id = book_facts.book_id and c.costing_id = book_facts.costing_id;
    select array_agg(t) into _held
    from utl_private.position_terms as t
    where t.book_id = book_facts.book_id and t.costing_id = book_facts.costing_id;
    if from_time = '-infinity' then
        _held := array(
            select s
            from utl_private.starting_terms(
                array(select h.position_id from unnest(_held) as h)
            ) as s
        );
    end if;
    perform utl_private.keep_carried_lots(_held);
    open _legs no scroll for
        select l.*
        from utl_private.fact_legs(_held, from_time, to_time) as l
        order by l.position_id, l.effective_at, l.sequence, l.fill_id;
    perform utl_private.book_legs(_legs, _family);
    close _legs;
end
$book_facts$;

comment on function utl_private.book_facts(integer, integer, timestamptz, timestamptz) is
'Books into a costing the facts executed in [from_time, to_time), which come after all that is
booked in it.';
