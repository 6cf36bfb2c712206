create or replace view utl.position_changes as
select
    h.change_id, h.changed_at, b.book, a.account, i.instrument, c.costing, c.is_primary,
    h.version, h.cause,
    trim_scale(h.quantity) as quantity,
    utl_private.average_cost(h.quantity, h.cost, i.multiplier, i.is_inverse) as average_cost,
    trim_scale(h.cost) as cost,
    k.asset as cost_asset,
    trim_scale(h.realized_pnl) as realized_pnl,
    trim_scale(h.fees) as fees,
    trim_scale(h.realized_delta) as realized_delta,
    h.effective_at, h.facts, h.fact_ids, h.position_id, h.book_id,
    nullif(p.account_id, 0) as account_id,
    p.instrument_id
from utl_private.position_changes as h
inner join utl_private.positions as p
    on h.position_id = p.position_id and h.book_id = p.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl_private.books as b on h.book_id = b.book_id
inner join utl_private.instruments as i on p.instrument_id = i.instrument_id
inner join utl_private.assets as k on i.cost_asset_id = k.asset_id
left join utl_private.accounts as a on p.account_id = a.account_id;

comment on view utl.position_changes is
'How positions changed: a row for each position that a statement changed, with the state after it.
Kept for the setting stream_retention. To follow it without missing anything read it by
utl.fetch_changes: rows become visible in another order than that of change_id.';
comment on column utl.position_changes.change_id is
'Place in the stream. Ids have gaps; versions have none.';
comment on column utl.position_changes.changed_at is 'When it was booked.';
comment on column utl.position_changes.book is 'The book.';
comment on column utl.position_changes.account is
'The account, where the costing pools by account; else null.';
comment on column utl.position_changes.instrument is 'What is traded.';
comment on column utl.position_changes.costing is 'The costing.';
comment on column utl.position_changes.is_primary is
'Whether that is the primary costing of its book, now.';
comment on column utl.position_changes.version is
'Counts the statements that changed the position: the next one is one more.';
comment on column utl.position_changes.cause is
'fill: new fills at its end; else why it was restated, as in utl.restatements: late fill,
transaction, bust, amendment, choice, rate, costing, reopening, rebuild.';
comment on column utl.position_changes.quantity is
'Signed quantity after it: positive long, negative short.';
comment on column utl.position_changes.average_cost is
'Price at which the open quantity stands, rounded to 18 places for show; null when flat.';
comment on column utl.position_changes.cost is 'Signed cost of the open quantity after it.';
comment on column utl.position_changes.cost_asset is 'The asset in which its figures are counted.';
comment on column utl.position_changes.realized_pnl is
'Realized PnL since the beginning, after it.';
comment on column utl.position_changes.fees is 'Fees since the beginning, after it.';
comment on column utl.position_changes.realized_delta is 'By how much it changed realized PnL.';
comment on column utl.position_changes.effective_at is
'Time of the last fact of the position, in the order of its costing.';
comment on column utl.position_changes.facts is
'How many facts of the statement caused it; of a restatement by late fills, of all its positions.';
comment on column utl.position_changes.fact_ids is
'Which: fill_id, transaction_id or correction_id; the first 32 of them.';
comment on column utl.position_changes.position_id is 'Id of the position.';
comment on column utl.position_changes.book_id is 'Id of the book.';
comment on column utl.position_changes.account_id is
'Id of the account, where the costing pools by account; else null.';
comment on column utl.position_changes.instrument_id is 'Id of the instrument.';
