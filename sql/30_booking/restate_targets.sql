create or replace function utl_private.restate_targets(
    points utl_private.leg[],
    cause text,
    fact_ids bigint[],
    in_other_books boolean default false
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
        from utl_private.moves_after(points) as m
        inner join utl_private.position_terms as s on m.from_position_id = s.position_id
        inner join utl_private.position_terms as h on m.to_position_id = h.position_id
        inner join utl_private.costed_transactions as x on m.transaction_id = x.transaction_id
        where
            case
                when in_other_books then h.book_id <> s.book_id
                else not utl_private.is_restated_with(h, s.book_id, cause is null)
            end
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

comment on function utl_private.restate_targets(utl_private.leg[], text, bigint[], boolean) is
'Restates those of the positions to which lots move from the ones that were restated that are not
restated together with them, from the first move on; and so forth, to where theirs move. Without a
cause it is building that asks: what is built is not there to be read yet, but positions in other
books are.';
