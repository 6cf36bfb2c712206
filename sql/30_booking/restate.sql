create or replace function utl_private.restate(
    legs refcursor,
    family text,
    cause text,
    fact_ids bigint[] default null,
    changed utl_private.position_terms[] default '{}'
)
returns void
language plpgsql
set enable_seqscan = off
set jit = off
as $restate$
declare
    _restatement_id bigint := nextval('utl_private.restatement_ids');
    _restated_at timestamptz := clock_timestamp();
    _new_legs utl_private.leg[];
    _points utl_private.leg[];
    _before utl_private.leg[];
    _carried utl_private.leg[];
    _has_transactions boolean;
    _facts bigint[];
    _legs refcursor;
begin
    if family = 'deferred' then
        perform utl_private.defer_legs(legs);
        return;
    end if;
    _new_legs := utl_private.fetched_legs(legs);
    _points := utl_private.first_legs(_new_legs);
    if _points is null then
        return;
    end if;
    _facts := coalesce(fact_ids, array(select distinct n.fill_id from unnest(_new_legs) as n));
    _has_transactions := utl_private.have_transactions(_points);
    if _has_transactions then
        _points := utl_private.with_reached(_points, cause is null);
    end if;
    perform utl_private.supersede_entries(_restatement_id, _points, _restated_at);
    if family <> 'average' or _has_transactions then
        perform utl_private.restore_lots(_restatement_id);
    end if;
    _before := utl_private.points_before(_points);
    if cardinality(changed) > 0 then
        changed := utl_private.terms_of_points(_before, changed);
        perform utl_private.keep_carried_lots(changed);
        _carried := utl_private.carried_legs_after(_before, changed);
        _before := utl_private.carried_points(_before, changed);
    end if;
    if _has_transactions then
        perform utl_private.fold_transacted(
            _restatement_id, _restated_at, _before, _new_legs || _carried, changed, cause, _facts
        );
    else
        open _legs no scroll for
            select l.*
            from utl_private.restated_legs(
                _restatement_id, _before, _new_legs || _carried, changed
            ) as l
            order by l.position_id, l.effective_at, l.sequence, l.fill_id;
        perform utl_private.book_legs(_legs, family, _restated_at, cause, _facts);
        close _legs;
    end if;
    perform utl_private.record_restatements(
        _restatement_id, _restated_at, _points, _new_legs, cause, fact_ids
    );
    if _has_transactions then
        perform utl_private.restate_targets(_points, cause, fact_ids);
    end if;
end
$restate$;

comment on function utl_private.restate(
    refcursor, text, text, bigint[], utl_private.position_terms[]
) is
'Books legs whose place is not the end of their positions: takes back what is booked from the
earliest of them on (its point), and folds that again together with them. A leg of quantity 0 says
that what was booked for its fill, there or later, goes. The work is proportional to what came after
the point, not to the history before it. Without a cause it is not recorded. changed are the
terms of those positions, perhaps among others, whose costing has changed.';
