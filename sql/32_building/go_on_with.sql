create or replace function utl_private.go_on_with(
    last utl_private.costings, next utl_private.costings
)
returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $go_on_with$
declare
    _held utl_private.position_terms[];
    _family text;
    _legs refcursor;
    _fills utl.fills[];
    _marks utl_private.touched[];
begin
    insert into utl_private.positions (
        book_id, costing_id, account_id, instrument_id, has_transactions
    )
    select p.book_id, next.costing_id, p.account_id, p.instrument_id, p.has_transactions
    from utl_private.positions as p
    where p.book_id = last.book_id and p.costing_id = last.costing_id
    order by p.position_id;

    _held := array(
        select t
        from utl_private.position_terms as t
        where t.book_id = last.book_id and t.costing_id = last.costing_id
    );
    foreach _family in array utl_private.families_of(_held) loop
        open _legs no scroll for
            select l.*
            from unnest(_held) as t
            cross join lateral utl_private.mark_leg(t, next.starts_at) as l
            where t.family = _family and t.last_effective_at >= next.starts_at
            order by l.position_id;
        perform utl_private.restate(_legs, _family, 'costing', '{}', _held);
        close _legs;
    end loop;
    perform utl_private.drop_bare_carries(_held, 'costing', '{}');

    select array_agg(row(f.*)::utl.fills) into _fills
    from utl_private.costed_fills as f
    where f.book_id = last.book_id and f.executed_at >= next.starts_at;
    _marks := utl_private.touched_by_transactions(
        array(
            select row(t.*)::utl.transactions
            from utl_private.costed_transactions as t
            where last.book_id in (t.book_id, t.to_book_id) and t.occurred_at >= next.starts_at
        ),
        true
    );
    if num_nonnulls(_fills, _marks) > 0 then
        select array_agg(t) into _held
        from utl_private.position_terms as t
        where t.book_id = next.book_id and t.costing_id = next.costing_id;
        perform utl_private.restate_moves(null, _fills, _held, 'costing', '{}', _marks);
    end if;
end
$go_on_with$;

comment on function utl_private.go_on_with(utl_private.costings, utl_private.costings) is
'Ends the positions of a costing where the next one starts, and books in the next what came after.';
