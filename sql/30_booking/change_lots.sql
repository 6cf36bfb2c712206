create or replace function utl_private.change_lots(changes utl_private.open_lots[])
returns void
language sql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $change_lots$
    with opened as (
        insert into utl_private.open_lots
        select c.* from unnest(changes) as c where c.sequence is not null
    ),

    used_up as (
        delete from utl_private.open_lots as o
        using unnest(changes) as c
        where
            c.sequence is null
            and o.position_id = c.position_id and o.fill_id = c.fill_id and o.book_id = c.book_id
            and o.quantity + c.quantity = 0
    )

    update utl_private.open_lots as o
    set quantity = o.quantity + c.quantity, cost = o.cost + c.cost
    from unnest(changes) as c
    where
        c.sequence is null
        and o.position_id = c.position_id and o.fill_id = c.fill_id and o.book_id = c.book_id
        and o.quantity + c.quantity <> 0
$change_lots$;

comment on function utl_private.change_lots(utl_private.open_lots[]) is
'Writes what entries did to lots: a change with a sequence is a lot that they opened and left open;
one without is added to a lot that was open before, which goes when nothing is left.';
