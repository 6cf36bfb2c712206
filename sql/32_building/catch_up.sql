create or replace function utl_private.catch_up(book_id integer, costing_id integer)
returns boolean
language plpgsql
set plan_cache_mode = force_custom_plan
as $catch_up$
declare
    _family text;
    _last bigint;
    _legs refcursor;
begin
    select d.deferral into _last
    from utl_private.deferred_legs as d
    inner join utl_private.positions as p on d.position_id = p.position_id
    where p.book_id = catch_up.book_id and p.costing_id = catch_up.costing_id
    order by d.deferral
    limit 1 offset 10000;
    if _last is null then               -- few enough to let the others wait
        perform utl_private.hold_book(book_id);
    end if;
    for _family in
        select distinct (utl_private.as_built(t)).family
        from utl_private.position_terms as t
        where t.book_id = catch_up.book_id and t.costing_id = catch_up.costing_id
    loop
        open _legs no scroll for
            select l.*
            from utl_private.deferred_legs_of(book_id, costing_id, _last, _family) as l
            order by l.position_id, l.effective_at, l.sequence, l.fill_id;
        perform utl_private.restate(_legs, _family, null);
        close _legs;
    end loop;
    delete from utl_private.deferred_legs as d
    using utl_private.positions as p
    where
        d.position_id = p.position_id
        and p.book_id = catch_up.book_id and p.costing_id = catch_up.costing_id
        and (_last is null or d.deferral <= _last);
    if _last is null then
        perform utl_private.finish_costing(book_id, costing_id);
    end if;
    return _last is null;
end
$catch_up$;

comment on function utl_private.catch_up(integer, integer) is
'Books what was deferred while a costing was built: 10,000 legs, or, if no more are left, all of
them, with the book to itself; then the costing is there. Returns whether it is.';
