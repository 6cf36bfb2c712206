create or replace function utl_private.fold_transacted(
    restatement_id bigint,
    restated_at timestamptz,
    points utl_private.leg[],
    new_legs utl_private.leg[],
    changed utl_private.position_terms[],
    cause text,
    fact_ids bigint[]
)
returns void
language plpgsql
set enable_seqscan = off
set jit = off
as $fold_transacted$
declare
    _moves utl_private.move[] := array(
        select m
        from utl_private.moves_after(points) as m
        inner join unnest(points) as p on m.to_position_id = p.position_id
        where
            (m.effective_at, m.sequence, m.transaction_id)
            >= (p.effective_at, p.sequence, p.fill_id)
    );
    _held utl_private.position_terms[] := array(
        select utl_private.as_built(t)
        from utl_private.position_terms as t
        inner join unnest(points) as p on t.position_id = p.position_id
    );
    _before utl_private.positions[] := utl_private.positions_of(points);
    _slices utl_private.slice[];
    _arrivals utl_private.leg[];
    _family text;
    _family_held utl_private.position_terms[];
    _legs refcursor;
begin
    new_legs := utl_private.with_transactions(restatement_id, points, new_legs, _moves);
    perform utl_private.keep_arrived_lots(new_legs);
    insert into utl_private.waiting_legs
    select
        fold_transacted.restatement_id,
        l.position_id, l.effective_at, l.sequence, l.fill_id, l.place, l
    from utl_private.restated_legs(restatement_id, points, new_legs, changed) as l;
    perform utl_private.put_back(points);
    while points is not null loop
        _slices := utl_private.next_slices(points, _moves);
        foreach _family in array utl_private.families_of(_held) loop
            _family_held := array(select h from unnest(_held) as h where h.family = _family);
            _arrivals := array(
                select a from utl_private.arrivals_in(_slices, _moves, _family_held) as a
            );
            perform utl_private.keep_arrived_lots(_arrivals);
            open _legs no scroll for
                select l.*
                from utl_private.slice_legs(
                    restatement_id, _slices, _arrivals, _family_held
                ) as l
                order by l.position_id, l.effective_at, l.sequence, l.fill_id, l.place;
            perform utl_private.book_legs(_legs, _family, restated_at, null);
            close _legs;
        end loop;
        points := utl_private.points_of_slices(_slices);
    end loop;
    delete from utl_private.waiting_legs as k
    where k.restatement_id = fold_transacted.restatement_id;
    perform utl_private.log_changes(_before, cause, fact_ids);     -- the rounds are one version
end
$fold_transacted$;

comment on function utl_private.fold_transacted(
    bigint, timestamptz, utl_private.leg[], utl_private.leg[], utl_private.position_terms[], text,
    bigint[]
) is
'Folds positions with transactions again, together: each as far as the first lot that arrives from
one that is not folded that far, in rounds, until all are folded to their end. So each leg is
folded once, however often lots move to and fro.';
