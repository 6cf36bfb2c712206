create or replace function utl_private.costing_digests(book_id integer, costing_id integer)
returns jsonb
language sql
stable
set timezone = 'UTC'
set datestyle = 'ISO'
as $costing_digests$
    with held as (
        select p.*
        from utl_private.positions as p
        where p.book_id = costing_digests.book_id and p.costing_id = costing_digests.costing_id
    ),

    derived as (
        select h.position_id, row(
            h.instrument_id, h.account_id, 'entry', e.effective_at, e.sequence, e.fill_id, e.part,
            e.lot_fill_id, e.lot_opened_at, trim_scale(e.rank), trim_scale(e.quantity),
            trim_scale(e.amount), trim_scale(e.fee), trim_scale(e.realized_pnl),
            trim_scale(e.quantity_after), trim_scale(e.cost_after),
            trim_scale(e.realized_pnl_after), trim_scale(e.fees_after)
        )::text as line
        from held as h
        inner join utl_private.entries as e on h.position_id = e.position_id
        union all
        select h.position_id, row(
            h.instrument_id, h.account_id, 'lot', o.opened_at, o.sequence, o.fill_id,
            trim_scale(o.rank), trim_scale(o.quantity), trim_scale(o.cost)
        )::text
        from held as h
        inner join utl_private.open_lots as o on h.position_id = o.position_id
        union all
        select h.position_id, row(
            h.instrument_id, h.account_id, 'position', h.opened_at, h.last_effective_at,
            h.last_sequence, h.last_fill_id, trim_scale(h.quantity), trim_scale(h.cost),
            trim_scale(h.realized_pnl), trim_scale(h.fees)
        )::text
        from held as h
    ),

    digests as (
        select
            d.position_id,
            md5(concat_ws(
                ' ', count(*), sum(hashtextextended(d.line, 0)), sum(hashtextextended(d.line, 1))
            )) as digest
        from derived as d
        group by d.position_id
    )

    select coalesce(jsonb_object_agg(d.position_id, d.digest), '{}') from digests as d
$costing_digests$;

comment on function utl_private.costing_digests(integer, integer) is
'A digest of all that is derived for each position of a costing, but for when it was booked, by the
id of the position: sums of hashes, which do not depend on an order and need no memory.';
