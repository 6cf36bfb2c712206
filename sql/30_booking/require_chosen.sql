create or replace function utl_private.require_chosen(
    corrected utl.fills[], correction_ids bigint[]
)
returns void
language plpgsql
as $require_chosen$
declare
    _choice record;
    _fill utl.fills;
    _lot_id bigint;
    _asked numeric;
begin
    for _choice in
        select f::utl.fills as fill, c.lots
        from unnest(corrected) as f
        inner join utl.corrections as c
            on f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
        where c.correction_id = any(correction_ids) and c.kind = 'choose'
    loop
        _fill := _choice.fill;
        continue when exists (
            select
            from utl_private.position_terms as t
            where
                t.book_id = _fill.book_id and t.instrument_id = _fill.instrument_id
                and t.account_id in (0, _fill.account_id) and t.method <> 'wac'
                and not exists (
                    select from utl_private.unmet_choices(t.position_id, _fill, _choice.lots)
                )
        );
        select u.lot_id, u.asked into _lot_id, _asked
        from utl_private.position_terms as t
        cross join lateral utl_private.unmet_choices(t.position_id, _fill, _choice.lots) as u
        where
            t.book_id = _fill.book_id and t.instrument_id = _fill.instrument_id
            and t.account_id in (0, _fill.account_id) and t.method <> 'wac'
        limit 1;
        raise exception 'fill % cannot close % of lot %', _fill.fill_id, _asked, _lot_id
        using
            errcode = '23U08',
            detail = 'That much of it was not open when the fill was executed.',
            hint = 'utl.open_lots has what is open now; utl.costings must have one by lots.';
    end loop;
end
$require_chosen$;

comment on function utl_private.require_chosen(utl.fills[], bigint[]) is
'Raises 23U08 for a fill that could not close the lots that were chosen for it in any costing of
its book. Of a choice that came before its fill, or that does not hold any more after a later
correction, the rest closes by the order of the costing.';
