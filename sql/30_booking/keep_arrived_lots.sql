create or replace function utl_private.keep_arrived_lots(legs utl_private.leg[])
returns void
language sql
as $keep_arrived_lots$
    insert into utl_private.carried_lots (
        position_id, fill_id, book_id, opened_at, origin_id, sequence, rank
    )
    select
        l.position_id, l.lot_id, l.book_id, l.lot_opened_at, l.origin_id, l.lot_sequence, l.rank
    from unnest(legs) as l
    where l.lot_opened_at is not null
    on conflict on constraint carried_lots_pkey do update
    set
        opened_at = excluded.opened_at, origin_id = excluded.origin_id,
        sequence = excluded.sequence, rank = excluded.rank
$keep_arrived_lots$;

comment on function utl_private.keep_arrived_lots(utl_private.leg[]) is
'Keeps what opened the lots that arrive in a position, and their place among its lots.';
