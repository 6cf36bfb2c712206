create or replace function utl_private.finish_costing(book_id integer, costing_id integer)
returns void
language plpgsql
as $finish_costing$
declare
    _build utl_private.costing_builds;
    _costing utl_private.costings;
begin
    update utl_private.costings as c set is_built = true
    where c.book_id = finish_costing.book_id and c.costing_id = finish_costing.costing_id
    returning * into _costing;
    perform utl_private.log_changes(
        array(
            select jsonb_populate_record(p, '{"realized_pnl": 0, "version": 0}')
            from utl_private.positions as p
            where
                p.book_id = finish_costing.book_id
                and p.costing_id = finish_costing.costing_id
                and p.last_effective_at > '-infinity'
        ),
        'costing', null
    );
    delete from utl_private.costing_builds as b
    where b.book_id = finish_costing.book_id and b.costing_id = finish_costing.costing_id
    returning * into _build;
    perform utl_private.restate_targets(
        array(
            select m
            from utl_private.position_terms as t
            cross join lateral utl_private.mark_leg(t, '-infinity') as m
            where
                t.book_id = finish_costing.book_id and t.costing_id = finish_costing.costing_id
                and t.has_transactions
        ),
        'costing', array[]::bigint[], true
    );
    if _build.becomes_primary then
        perform utl_private.make_primary(book_id, _costing.costing);
    end if;
end
$finish_costing$;

comment on function utl_private.finish_costing(integer, integer) is
'Makes a costing that is built one like the others: what it came to is the first version of each of
its positions. Books to which lots move may get them from it now.';
