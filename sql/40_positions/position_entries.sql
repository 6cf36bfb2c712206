create or replace view utl.position_entries as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    e.effective_at,
    e.sequence,
    case when e.fill_id > 0 then e.fill_id end as fill_id,
    e.part,
    case
        when e.effective_at < c.starts_at then 'carry'
        when e.rule in ('split', 'spin off') then 'rescale'
        when e.quantity = 0 then 'fee'
        when e.quantity * e.quantity_after > 0 then 'open'
        else 'close'
    end as effect,
    coalesce(l.origin_id, case when e.lot_fill_id > 0 then e.lot_fill_id end) as lot_fill_id,
    e.lot_opened_at,
    trim_scale(e.quantity) as quantity,
    trim_scale(e.amount) as amount,
    trim_scale(e.fee) as fee,
    trim_scale(e.realized_pnl) as realized_pnl,
    trim_scale(e.quantity_after) as quantity_after,
    trim_scale(e.cost_after) as cost_after,
    utl_private.average_cost(e.quantity_after, e.cost_after, i.multiplier, i.is_inverse)
        as average_cost_after,
    trim_scale(e.realized_pnl_after) as realized_pnl_after,
    trim_scale(e.fees_after) as fees_after,
    i.cost_asset,
    e.booked_at,
    e.position_id,
    e.book_id,
    r.belongs_at,
    coalesce(t.kind, 'fill') as kind
from utl_private.entries as e
inner join utl_private.positions as p on e.position_id = p.position_id and e.book_id = p.book_id
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id
left join utl_private.prior_period_bookings as r
    on e.fill_id = r.fill_id and r.kind <> 'as closed'
left join utl_private.carried_lots as l
    on
        e.position_id = l.position_id and e.lot_fill_id = l.fill_id and e.book_id = l.book_id
        and l.origin_id is not null
left join utl.transactions as t on e.rule <> 'choose' and e.fill_id = t.transaction_id;

comment on view utl.position_entries is
'The journal of every position: one row per part of a fill that opens, or that closes against one
lot or the average. For each, exactly: cost after = cost before + amount + realized. In order:
effective_at, sequence, fill_id, part.';
comment on column utl.position_entries.book is 'The book.';
comment on column utl.position_entries.account is
'The account, where the costing pools by account; else null.';
comment on column utl.position_entries.instrument is 'What is traded.';
comment on column utl.position_entries.costing is 'The costing by which this is computed.';
comment on column utl.position_entries.method is 'Its method.';
comment on column utl.position_entries.effective_at is
'When it counts: the time of execution, or of arrival where the costing books so.';
comment on column utl.position_entries.sequence is 'The venues order within one time.';
comment on column utl.position_entries.fill_id is
'The fill, or what is booked for it in a closed period; null for an average that is carried.';
comment on column utl.position_entries.part is 'Which part of the fill, from 1.';
comment on column utl.position_entries.effect is
'open; close; fee: all that was bought went as the fee in the coin; carry: what the method before
left, with which this one starts; rescale: what a split or a spin-off does to a lot.';
comment on column utl.position_entries.lot_fill_id is
'The fill that opened the lot which this part closes.';
comment on column utl.position_entries.lot_opened_at is 'When that lot was opened.';
comment on column utl.position_entries.quantity is 'Signed quantity of this part.';
comment on column utl.position_entries.amount is
'Signed amount of the cost asset: positive bought, negative sold.';
comment on column utl.position_entries.fee is
'Fee of the fill in the cost asset, or in the traded coin at its price, told in its first part.';
comment on column utl.position_entries.realized_pnl is 'Profit that this part realized.';
comment on column utl.position_entries.quantity_after is 'Quantity of the position after it.';
comment on column utl.position_entries.cost_after is 'Cost of the position after it.';
comment on column utl.position_entries.average_cost_after is
'Average cost after it, rounded to 18 places for show.';
comment on column utl.position_entries.realized_pnl_after is
'Realized PnL of the position after it.';
comment on column utl.position_entries.fees_after is 'Fees of the position after it.';
comment on column utl.position_entries.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.position_entries.booked_at is 'When it was booked.';
comment on column utl.position_entries.position_id is 'Id of the position.';
comment on column utl.position_entries.book_id is 'Id of the book.';
comment on column utl.position_entries.belongs_at is
'When the fill was executed, where it is booked later because that period was closed: see
utl.prior_period_bookings.';
comment on column utl.position_entries.kind is 'fill, or the kind of the transaction.';
