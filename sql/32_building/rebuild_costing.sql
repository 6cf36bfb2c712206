create or replace function utl_private.rebuild_costing(rebuilt utl_private.costings)
returns bigint
language plpgsql
set plan_cache_mode = force_custom_plan
as $rebuild_costing$
declare
    _restatement_id bigint := nextval('utl_private.restatement_ids');
    _started_at timestamptz := clock_timestamp();
    _before utl_private.positions[];
    _bounds timestamptz[] := utl_private.build_bounds(rebuilt.book_id, rebuilt.costing_id);
    _changed bigint;
begin
    select array_agg(p) into _before
    from utl_private.positions as p
    where p.book_id = rebuilt.book_id and p.costing_id = rebuilt.costing_id;
    perform utl_private.throw_away(_restatement_id, _before, _started_at);
    for _window in 1..cardinality(_bounds) - 1 loop
        perform utl_private.book_facts(
            rebuilt.book_id, rebuilt.costing_id, _bounds[_window], _bounds[_window + 1]
        );
        raise notice 'costing %: % of % windows',
            rebuilt.costing, _window, cardinality(_bounds) - 1;
    end loop;
    perform utl_private.set_other_fees(rebuilt.book_id, rebuilt.costing_id);
    perform utl_private.keep_beliefs(_restatement_id, _before);
    with changed as (
        select c.position_id
        from utl_private.record_rebuild(_restatement_id, _before, _started_at) as c (position_id)
    ),

    kept as (
        update utl_private.positions as p
        set version = b.version + case when c.position_id is null then 0 else 1 end
        from unnest(_before) as b
        left join changed as c on b.position_id = c.position_id
        where p.position_id = b.position_id and p.book_id = b.book_id
    )

    select count(*) into _changed from changed as c;
    return _changed;
end
$rebuild_costing$;

comment on function utl_private.rebuild_costing(utl_private.costings) is
'Derives a costing anew from the facts and returns how many positions came back changed. Only those
get a new version.';
