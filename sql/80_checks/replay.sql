create or replace function utl_private.replay(positions bigint[], family text)
returns setof utl_private.booked_outcomes
language plpgsql
as $replay$
declare
    _legs refcursor;
begin
    open _legs no scroll for
        select l.*
        from utl_private.fact_legs(
            array(select s from utl_private.starting_terms(positions) as s)
        ) as l
        order by l.position_id, l.effective_at, l.sequence, l.fill_id, l.place;
    return query
    select
        f.position_id, f.effective_at, f.sequence, f.fill_id, f.part,
        case when f.part is not null then f.lot_fill_id end,
        case when f.part is not null then f.lot_opened_at end,
        case when f.part is not null then f.quantity end,
        case when f.part is not null then f.amount end,
        case when f.part is not null then f.fee end,
        case when f.part is not null then f.realized_pnl end,
        f.quantity_after, f.cost_after, f.realized_pnl_after, f.fees_after,
        case when f.part is null then f.opened_at end,
        case when f.part is not null then f.rule end
    from utl_private.fold(_legs, family) as f
    where                               -- a split of nothing, say, is as if nothing had been
        f.part is not null
        or (f.fill_id, f.quantity_after, f.cost_after, f.realized_pnl_after, f.fees_after)
        <> (0, 0, 0, 0, 0)
        or f.opened_at is not null;
    close _legs;
end
$replay$;

comment on function utl_private.replay(bigint[], text) is
'Folds positions of one family again from the facts alone, and writes nothing.';
