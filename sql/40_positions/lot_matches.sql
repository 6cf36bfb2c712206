create or replace view utl.lot_matches as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    coalesce(k.origin_id, case when e.lot_fill_id > 0 then e.lot_fill_id end) as open_fill_id,
    e.fill_id as close_fill_id,
    e.part,
    case when e.quantity < 0 then 'long' else 'short' end as direction,
    trim_scale(abs(e.quantity)) as quantity,
    coalesce(k.opened_at, e.lot_opened_at) as opened_at,
    e.effective_at as closed_at,
    e.effective_at - coalesce(k.opened_at, e.lot_opened_at) as holding_time,
    trim_scale(-(e.amount + e.realized_pnl)) as cost,
    trim_scale(-e.amount) as proceeds,
    trim_scale(e.realized_pnl) as realized_pnl,
    utl_private.average_cost(
        e.quantity, e.amount + e.realized_pnl, i.multiplier, i.is_inverse
    ) as open_price,
    utl_private.average_cost(e.quantity, e.amount, i.multiplier, i.is_inverse) as close_price,
    i.cost_asset,
    e.sequence,
    e.position_id,
    e.book_id,
    coalesce(t.kind, 'fill') as kind
from utl_private.entries as e
inner join utl_private.positions as p on e.position_id = p.position_id and e.book_id = p.book_id
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id
left join utl_private.carried_lots as k
    on e.position_id = k.position_id and e.lot_fill_id = k.fill_id and e.book_id = k.book_id
left join utl.transactions as t on e.rule <> 'choose' and e.fill_id = t.transaction_id
where
    e.lot_fill_id is not null and c.is_built
    and e.quantity * e.quantity_after <= 0
    and (e.rule is null or e.rule not in ('move', 'split', 'spin off'));

comment on view utl.lot_matches is
'Which fill closed which: the closing entries of costings by lots. Realized PnL = proceeds − cost.
For a short, cost is what its sale brought, negative, and proceeds is what buying it back took,
negative.';
comment on column utl.lot_matches.book is 'The book.';
comment on column utl.lot_matches.account is
'The account, where the costing pools by account; else null.';
comment on column utl.lot_matches.instrument is 'What is traded.';
comment on column utl.lot_matches.costing is 'The costing by which this is computed.';
comment on column utl.lot_matches.method is 'Its method.';
comment on column utl.lot_matches.open_fill_id is
'The fill that opened the lot; null for an average that was carried over a change of the method.';
comment on column utl.lot_matches.close_fill_id is 'The fill that closed it, or part of it.';
comment on column utl.lot_matches.part is 'Which part of the closing fill.';
comment on column utl.lot_matches.direction is 'long or short: what the lot was.';
comment on column utl.lot_matches.quantity is 'How much was closed, positive.';
comment on column utl.lot_matches.opened_at is 'When the lot was opened.';
comment on column utl.lot_matches.closed_at is 'When it was closed.';
comment on column utl.lot_matches.holding_time is
'The time between: of execution or, where the costing books by arrival, of arrival.';
comment on column utl.lot_matches.cost is 'What the closed quantity had cost.';
comment on column utl.lot_matches.proceeds is 'What closing it brought.';
comment on column utl.lot_matches.realized_pnl is 'proceeds − cost.';
comment on column utl.lot_matches.open_price is
'Price at which the closed quantity stood, rounded to 18 places for show.';
comment on column utl.lot_matches.close_price is
'Price at which it was closed, rounded to 18 places for show.';
comment on column utl.lot_matches.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.lot_matches.sequence is
'The venue''s order of the closing fill within one time.';
comment on column utl.lot_matches.position_id is 'Id of the position.';
comment on column utl.lot_matches.book_id is 'Id of the book.';
comment on column utl.lot_matches.kind is
'What closed it: fill, or the kind of the transaction. Lots that move to another position are not
closed.';
