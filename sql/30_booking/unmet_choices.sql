create or replace function utl_private.unmet_choices(
    position_id bigint, fact_id bigint, moments timestamptz[], lots jsonb
)
returns table (lot_id bigint, asked numeric)
language sql
stable
as $unmet_choices$
    select c.lot_id, c.quantity
    from (
        select
            (l.lot ->> 'lot_id')::bigint as lot_id,
            sum(coalesce((l.lot ->> 'quantity')::numeric, 0)) as quantity
        from jsonb_array_elements(lots) as l (lot)
        group by 1
    ) as c
    where c.quantity > coalesce((
        select abs(sum(e.quantity))
        from utl_private.entries as e
        where
            e.position_id = unmet_choices.position_id
            and e.effective_at = any(moments)
            and e.fill_id = fact_id
            and e.lot_fill_id = c.lot_id
            and coalesce(e.rule, 'fill') not in ('split', 'spin off')
    ), -1)
$unmet_choices$;

comment on function utl_private.unmet_choices(bigint, bigint, timestamptz[], jsonb) is
'Those of the lots chosen for a fact, which counts at one of some moments, of which it has not
closed in a position what was asked.';
