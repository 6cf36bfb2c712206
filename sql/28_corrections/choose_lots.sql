create or replace function utl.choose_lots(
    lots jsonb,
    account text default null,
    venue_fill_id text default null,
    fill_id bigint default null,
    reason text default null,
    source text default null
)
returns utl.corrections
language sql
security definer
set search_path = pg_catalog, pg_temp
as $choose_lots$
    insert into utl.corrections (kind, account_id, venue_fill_id, lots, reason, source)
    select
        'choose', k.account_id, k.venue_fill_id, utl_private.require_lots(choose_lots.lots),
        choose_lots.reason, choose_lots.source
    from utl_private.fill_key_of(
        choose_lots.account, choose_lots.venue_fill_id, choose_lots.fill_id
    ) as k
    returning *
$choose_lots$;

comment on function utl.choose_lots(jsonb, text, text, bigint, text, text) is
'Chooses the lots that a fill closes, known by its account and venue_fill_id, or by its fill_id:
[{"lot_id": 1, "quantity": "0.5"}, …], in this order, at most the quantity given (null: as much as
it has), with ids as in utl.open_lots. What is not chosen closes by the order of the costing;
averages do not mind. The last choice counts. The fill may come later. 22U01: unknown account or
fill_id; 22U04: no list of lots; 22U06: neither or both were given; 23U08: the fill could not
close that much of a lot. Returns the correction.';
