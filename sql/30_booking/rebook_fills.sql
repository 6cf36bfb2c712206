create or replace function utl_private.rebook_fills(
    before utl.fills[], after utl.fills[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $rebook_fills$
declare
    _held utl_private.position_terms[];
    _family text;
    _legs refcursor;
begin
    _held := utl_private.lock_positions(array(
        select (t.book_id, t.account_id, t.instrument_id, t.fee_asset_id, sum(t.fee))::utl_private.touched
        from (
            select b.book_id, b.account_id, b.instrument_id, b.fee_asset_id, -b.fee as fee
            from unnest(before) as b
            union all
            select a.book_id, a.account_id, a.instrument_id, a.fee_asset_id, a.fee
            from unnest(after) as a
        ) as t
        group by t.book_id, t.account_id, t.instrument_id, t.fee_asset_id
    ));
    foreach _family in array array['average', 'time', 'rank'] loop
        open _legs no scroll for
            with places as (
                select l.position_id, l.effective_at, l.sequence, l.fill_id, true as is_left
                from unnest(before) as f
            )
            select 1;
    end loop;
end
$rebook_fills$;
