create or replace function utl_private.moves_after(points utl_private.leg[])
returns setof utl_private.move
language sql
stable
as $moves_after$
    select x.transaction_id, p.position_id, h.position_id, o.effective_at, o.sequence
    from unnest(points) as p
    inner join utl_private.position_terms as s on p.position_id = s.position_id
    cross join lateral utl_private.later_transactions(s, p) as x
    cross join lateral utl_private.place_of(row(x.*)::utl.transactions, s) as o
    inner join utl_private.position_terms as h
        on
            x.to_book_id = h.book_id and x.to_instrument_id = h.instrument_id
            and h.account_id in (0, x.to_account_id)
    where
        (o.effective_at, o.sequence, x.transaction_id) >= (p.effective_at, p.sequence, p.fill_id)
        and utl_private.moved_from(row(x.*)::utl.transactions, h) = p.position_id
$moves_after$;

comment on function utl_private.moves_after(utl_private.leg[]) is
'Where lots move to from positions, from their points on.';
