create or replace function utl_private.require_closed(
    what text, fact_id bigint, book_id integer, account_id integer, instrument_id integer,
    moments timestamptz[], lots jsonb
)
returns void
language plpgsql
as $require_closed$
declare
    _position_ids bigint[] := array(
        select t.position_id
        from utl_private.position_terms as t
        where
            t.book_id = require_closed.book_id and t.instrument_id = require_closed.instrument_id
            and t.account_id in (0, require_closed.account_id) and t.method <> 'wac'
    );
    _lot_id bigint;
    _asked numeric;
begin
    if exists (
        select from unnest(_position_ids) as p (position_id)
        where not exists (
            select from utl_private.unmet_choices(p.position_id, fact_id, moments, lots)
        )
    ) then
        return;
    end if;
    select u.lot_id, nullif(u.asked, 0) into _lot_id, _asked
    from unnest(_position_ids || null::bigint) as p (position_id)   -- null: of none
    cross join lateral utl_private.unmet_choices(p.position_id, fact_id, moments, lots) as u
    limit 1;
    raise exception '% % cannot close %lot %',
        what, fact_id, coalesce(_asked || ' of ', ''), _lot_id
    using
        errcode = '23U08',
        detail = 'In no costing by lots was that much of it open then, and closed by it.',
        hint = 'utl.open_lots has what is open now; utl.costings must have one by lots.';
end
$require_closed$;

comment on function utl_private.require_closed(
    text, bigint, integer, integer, integer, timestamptz[], jsonb
) is
'Raises 23U08 for a fact, a fill or a transaction, which counts at one of some moments, if it could
not close the lots that were chosen for it in any costing of its book.';
