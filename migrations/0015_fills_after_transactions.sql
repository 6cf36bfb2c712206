-- depends: 0014_dropped_changes
-- A migration is one transaction, and transactions are few beside fills.
-- squawk-ignore-file require-concurrent-index-creation
-- A fill that comes alone asks whether it lies behind all transactions of its positions, also as
-- they were amended, and whether lots ever moved on from there.
create index transaction_corrections_by_time
on utl.transaction_corrections (occurred_at) where occurred_at is not null;

create index transactions_that_move_lots
on utl.transactions (book_id, instrument_id)
where kind in ('transfer', 'conversion', 'spin_off');
