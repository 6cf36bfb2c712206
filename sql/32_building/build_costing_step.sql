create or replace function utl.build_costing_step(
    book text, costing text, out windows_done integer, out windows integer
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $build_costing_step$
declare
    _build utl_private.costing_builds;
begin
    select b.* into _build
    from utl_private.costing_builds as b
    inner join utl_private.costings as c
        on b.book_id = c.book_id and b.costing_id = c.costing_id
    where
        b.book_id = utl.book_id(build_costing_step.book)
        and c.costing = build_costing_step.costing
    for update of b;
    if not found then                   -- it is there, or somebody else has just finished it
        return;
    end if;
    if _build.bounds is null then
        _build.bounds := utl_private.build_bounds(_build.book_id, _build.costing_id);
    elsif _build.windows_done < cardinality(_build.bounds) - 1 then
        _build.windows_done := _build.windows_done + 1;
        perform utl_private.book_facts(
            _build.book_id, _build.costing_id,
            _build.bounds[_build.windows_done], _build.bounds[_build.windows_done + 1]
        );
    elsif utl_private.catch_up(_build.book_id, _build.costing_id) then
        return;
    end if;
    update utl_private.costing_builds as b
    set bounds = _build.bounds, windows_done = _build.windows_done
    where b.book_id = _build.book_id and b.costing_id = _build.costing_id;
    windows_done := _build.windows_done;
    windows := cardinality(_build.bounds) - 1;
end
$build_costing_step$;

comment on function utl.build_costing_step(text, text) is
'Does the next step of building a costing, best in a transaction of its own: a window of about
50,000 fills, at last what was booked meanwhile. Booking goes on beside it; only the last step keeps
the book to itself, for as long as it takes to book some thousand fills. Returns how many windows
are done, of how many; null when the costing is there. 22U01: unknown book.';
