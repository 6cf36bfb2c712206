create or replace function utl_private.arrivals_in(
    slices utl_private.slice[], moves utl_private.move[], held utl_private.position_terms[]
)
returns setof utl_private.leg
language sql
stable
as $arrivals_in$
    select a.*
    from unnest(slices) as s
    inner join unnest(moves) as m
        on
            (s.point).position_id = m.to_position_id
            and (m.effective_at, m.sequence, m.transaction_id)
            >= ((s.point).effective_at, (s.point).sequence, (s.point).fill_id)
            and (m.effective_at, m.sequence, m.transaction_id)
            < (s.until_at, s.until_sequence, s.until_id)
    inner join unnest(held) as h on m.to_position_id = h.position_id
    inner join utl_private.costed_transactions as t on m.transaction_id = t.transaction_id
    cross join lateral utl_private.arriving_legs(row(t.*)::utl.transactions, h) as a
$arrivals_in$;

comment on function utl_private.arrivals_in(
    utl_private.slice[], utl_private.move[], utl_private.position_terms[]
) is
'The legs that arrive in slices of the positions held.';
