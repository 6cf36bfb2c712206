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
    perform utl_private.add_positions(
        utl_private.touched_within(book_facts.book_id, from_time, to_time)
    );
    select array_agg(utl_private.as_built(t)) into _held
    from utl_private.position_terms as t
    where t.book_id = book_facts.book_id and t.costing_id = book_facts.costing_id;
    if from_time = '-infinity' then
        _held := array(
            select utl_private.as_built(s)
            from utl_private.starting_terms(
                array(select h.position_id from unnest(_held) as h)
            ) as s
        );
    end if;
    perform utl_private.keep_carried_lots(_held);
    foreach _family in array utl_private.families_of(_held) loop
        open _legs no scroll for
            select l.*
            from utl_private.fact_legs(
                array(
                    select h from unnest(_held) as h
                    where h.family = _family and not h.has_transactions
                ),
                from_time, to_time
            ) as l
            order by l.position_id, l.effective_at, l.sequence, l.fill_id;
        perform utl_private.book_legs(_legs, _family, clock_timestamp(), null);
        close _legs;
        perform utl_private.book_transacted(
            array(
                select h from unnest(_held) as h
                where h.family = _family and h.has_transactions
            ),
            _family, from_time, to_time
        );
    end loop;
end
$book_facts$;

comment on function utl_private.book_facts(integer, integer, timestamptz, timestamptz) is
'Books into a costing the facts of [from_time, to_time), which come after all that is booked.';
