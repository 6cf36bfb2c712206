create or replace function utl_private.rebuild_costing(
    rebuilt utl_private.costings,
    out changed_positions bigint,
    out digest_before text,
    out digest_after text
)
language plpgsql
set plan_cache_mode = force_custom_plan
as $rebuild_costing$
declare
    _restatement_id bigint := nextval('utl_private.restatement_ids');
    _started_at timestamptz := clock_timestamp();
    _bounds timestamptz[] := utl_private.build_bounds(rebuilt.book_id, rebuilt.costing_id);
    _digests jsonb := utl_private.costing_digests(rebuilt.book_id, rebuilt.costing_id);
    _digests_after jsonb;
    _before utl_private.positions[];
    _changed bigint[];
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
    perform utl_private.keep_beliefs(_restatement_id, _before);

    _digests_after := utl_private.costing_digests(rebuilt.book_id, rebuilt.costing_id);
    _changed := array(
        select a.key::bigint
        from jsonb_each_text(_digests_after) as a
        where a.value is distinct from _digests ->> a.key
    );
    perform utl_private.record_rebuild(_restatement_id, _before, _changed, _started_at);
    update utl_private.positions as p set version = b.version
    from unnest(_before) as b
    where p.position_id = b.position_id and p.book_id = b.book_id;
    perform utl_private.log_changes(
        array(select b from unnest(_before) as b where b.position_id = any(_changed)),
        'rebuild', null
    );
    changed_positions := cardinality(_changed);
    digest_before := md5(_digests::text);
    digest_after := md5(_digests_after::text);
end
$rebuild_costing$;

comment on function utl_private.rebuild_costing(utl_private.costings) is
'Derives a costing anew from the facts. Only positions that came back changed get a new version.
Returns how many, and the digest of the costing before and after.';
