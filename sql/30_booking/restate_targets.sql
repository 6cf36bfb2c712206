create or replace function utl_private.restate_targets(
    points utl_private.leg[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $restate_targets$
declare
    _is_built boolean;
    _targets utl_private.position_terms[];
    _marks utl_private.touched[];
begin
    foreach _is_built in array array[true, false] loop
        select
            array_agg(distinct case when _is_built then h else utl_private.as_built(h) end),
            array_agg(distinct (
                h.book_id, x.to_account_id, h.instrument_id, null, 0, x.occurred_at, x.occurred_at,
                0, 0, 0, x.recorded_at, x.sequence, x.transaction_id
            )::utl_private.touched)
        into _targets, _marks
        from unnest(points) as p
        inner join utl_private.position_terms as s on p.position_id = s.position_id
        cross join lateral utl_private.later_transactions(s, p) as x
        inner join utl_private.position_terms as h
            on
                x.to_book_id = h.book_id and x.to_instrument_id = h.instrument_id
                and h.account_id in (0, x.to_account_id)
        cross join utl_private.place_of(row(x.*)::utl.transactions, s) as o
        where
            (o.effective_at, o.sequence, x.transaction_id)
            >= (p.effective_at, p.sequence, p.fill_id)
            and utl_private.moved_from(row(x.*)::utl.transactions, h) = p.position_id
            and _is_built = (cause is not null or h.book_id <> s.book_id);
        if _targets is not null then
            perform utl_private.restate_moves(
                null, null, _targets,
                case when _is_built then coalesce(cause, 'costing') end,
                coalesce(fact_ids, case when cause is null then array[]::bigint[] end),
                _marks
            );
        end if;
    end loop;
end
$restate_targets$;

comment on function utl_private.restate_targets(utl_private.leg[], text, bigint[]) is
'Restates the positions to which lots move from those that were restated, from the first move after
the points on; and so forth, to where theirs move. Every move is later than the one before, so it
ends. Without a cause it is building that asks: what is built is not there to be read yet, but
positions in other books are.';
