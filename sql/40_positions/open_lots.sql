create or replace view utl.open_lots as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    coalesce(k.origin_id, case when l.fill_id > 0 then l.fill_id end) as fill_id,
    coalesce(k.opened_at, l.opened_at) as opened_at,
    trim_scale(l.quantity) as quantity,
    utl_private.average_cost(l.quantity, l.cost, i.multiplier, i.is_inverse) as unit_cost,
    trim_scale(l.cost) as cost,
    i.cost_asset,
    l.position_id,
    l.book_id,
    l.fill_id as lot_id
from utl_private.open_lots as l
inner join utl_private.positions as p on l.position_id = p.position_id and l.book_id = p.book_id
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id
left join utl_private.carried_lots as k
    on l.position_id = k.position_id and l.fill_id = k.fill_id and l.book_id = k.book_id
where
    c.is_built
    and (
        c.ends_at = 'infinity'
        or not exists (
            select from utl_private.later_positions as n
            where n.position_id = p.position_id
        )
    );

comment on view utl.open_lots is 'What is left of each opening fill, in costings by lots.';
comment on column utl.open_lots.book is 'The book.';
comment on column utl.open_lots.account is
'The account, where the costing pools by account; else null.';
comment on column utl.open_lots.instrument is 'What is traded.';
comment on column utl.open_lots.costing is 'The costing by which this is computed.';
comment on column utl.open_lots.method is 'Its method.';
comment on column utl.open_lots.fill_id is
'The fill that opened the lot; null for an average that was carried over a change of the method.';
comment on column utl.open_lots.opened_at is 'When it was opened.';
comment on column utl.open_lots.quantity is 'What is left of it, signed.';
comment on column utl.open_lots.unit_cost is
'Price at which it stands, rounded to 18 places for show.';
comment on column utl.open_lots.cost is 'Its cost, signed.';
comment on column utl.open_lots.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.open_lots.position_id is 'Id of the position.';
comment on column utl.open_lots.book_id is 'Id of the book.';
comment on column utl.open_lots.lot_id is
'Id of the lot in its position, by which utl.choose_lots names it: that of the fill or transaction
that opened it there, negative if it came from another position.';
