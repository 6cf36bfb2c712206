create or replace function utl_private.deferred_legs_of(
    book_id integer, costing_id integer, last_deferral bigint, family text
)
returns setof utl_private.leg
language sql
stable
as $deferred_legs_of$
    with legs as (
        select
            d.*,
            max(d.deferral) over (partition by d.position_id, d.fill_id) as last_of_fill
        from utl_private.deferred_legs as d
        inner join utl_private.positions as p on d.position_id = p.position_id
        where
            p.book_id = deferred_legs_of.book_id
            and p.costing_id = deferred_legs_of.costing_id
            and (last_deferral is null or d.deferral <= last_deferral)
    ),

    counting as (
        select l.*, case when l.deferral = l.last_of_fill then 1 else 0 end as share
        from legs as l
    )

    select
        c.position_id, c.book_id, t.method, c.effective_at, c.sequence, c.fill_id,
        c.quantity * c.share, c.amount * c.share, c.fee * c.share, c.rank,
        t.quantity, t.cost, t.realized_pnl, t.fees, t.opened_at,
        t.last_effective_at, t.last_sequence, t.last_fill_id,
        null::text, null::bigint, null::timestamptz, null::bigint, null::bigint,
        null::numeric, 1
    from counting as c
    inner join utl_private.position_terms as t on c.position_id = t.position_id
    where (utl_private.as_built(t)).family = deferred_legs_of.family
$deferred_legs_of$;

comment on function utl_private.deferred_legs_of(integer, integer, bigint, text) is
'The legs deferred by a costing, up to a deferral, of the positions that one fold computes. What
was said of a fill last counts; all that was said before marks a place where it may have been
booked.';
