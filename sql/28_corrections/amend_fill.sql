-- Corrections: what a venue takes back or changes. They are facts of their own, never changed
-- either, and the fill they are about stays as it was told. A fill counts as its corrections, in
-- order of their arrival, leave it: after a bust it does not count; after an amendment it counts,
-- with each value that an amendment gave last. So a second bust changes nothing, and amending a
-- busted fill brings it back. A correction that comes before its fill waits for it.

create or replace function utl.amend_fill(
    account text default null,
    venue_fill_id text default null,
    quantity numeric default null,
    price numeric default null,
    fee numeric default null,
    fee_asset text default null,
    executed_at timestamptz default null,
    reason text default null,
    source text default null,
    fill_id bigint default null,
    sequence bigint default null
)
returns utl.corrections
language sql
security definer
set search_path = pg_catalog, pg_temp
as $amend_fill$
    insert into utl.corrections (
        kind, account_id, venue_fill_id, quantity, price, fee, fee_asset_id, executed_at,
        sequence, reason, source
    )
    select
        'amend', k.account_id, k.venue_fill_id,
        amend_fill.quantity, amend_fill.price, amend_fill.fee,
        case when amend_fill.fee_asset is not null then utl.asset_id(amend_fill.fee_asset) end,
        amend_fill.executed_at, amend_fill.sequence, amend_fill.reason, amend_fill.source
    from utl_private.fill_key_of(
        amend_fill.account, amend_fill.venue_fill_id, amend_fill.fill_id
    ) as k
    returning *
$amend_fill$;

comment on function utl.amend_fill(
    text, text, numeric, numeric, numeric, text, timestamptz, text, text, bigint, bigint
) is
'Amends a fill, known by its account and venue_fill_id, or by its fill_id: what is given counts
from now on, what is null stays. Quantity is positive, fee positive when paid. The fill may come
later. An amended fill that was busted counts again. 22U01: unknown account, asset or fill_id;
22U06: neither or both were given; 23514: a value that no fill can have, or none at all. Returns
the correction.';
