create or replace view utl.prior_period_bookings as
select
    b.book,
    a.account,
    i.instrument,
    p.kind,
    p.belongs_at,
    p.executed_at as booked_for,
    p.side,
    p.quantity,
    p.price,
    p.fee,
    f.asset as fee_asset,
    p.venue_fill_id,
    p.of_fill_id,
    p.fill_id,
    p.book_id
from utl_private.prior_period_bookings as p
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.accounts as a on p.account_id = a.account_id
inner join utl_private.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.assets as f on p.fee_asset_id = f.asset_id;

comment on view utl.prior_period_bookings is
'What is booked for the fills that met a closed period: those that came too late, and those that
were corrected when their period was closed.';
comment on column utl.prior_period_bookings.book is 'The book.';
comment on column utl.prior_period_bookings.account is 'The account of the fill.';
comment on column utl.prior_period_bookings.instrument is 'What was traded.';
comment on column utl.prior_period_bookings.kind is
'late: came when its period was closed; as closed: stands in the closed period, as it was then;
reversal: takes that back; replacement: what counts instead.';
comment on column utl.prior_period_bookings.belongs_at is 'When it was executed.';
comment on column utl.prior_period_bookings.booked_for is
'When it counts: its effective_at in utl.position_entries.';
comment on column utl.prior_period_bookings.side is 'buy or sell, as booked.';
comment on column utl.prior_period_bookings.quantity is 'Quantity, positive.';
comment on column utl.prior_period_bookings.price is 'Price.';
comment on column utl.prior_period_bookings.fee is 'Fee, as booked.';
comment on column utl.prior_period_bookings.fee_asset is 'The asset of the fee.';
comment on column utl.prior_period_bookings.venue_fill_id is 'The venue''s identity of the fill.';
comment on column utl.prior_period_bookings.of_fill_id is 'The fill.';
comment on column utl.prior_period_bookings.fill_id is
'Its fill_id in utl.position_entries: that of the fill, or one of its own.';
comment on column utl.prior_period_bookings.book_id is 'Id of the book.';
