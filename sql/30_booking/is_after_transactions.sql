create or replace function utl_private.is_after_transactions(
    book_id integer, instrument_id integer, moment timestamptz
)
returns boolean
language sql
stable
as $is_after_transactions$
    select
        not exists (
            select
            from utl.transactions as t
            where
                utl_private.moves_positions(t.kind)
                and t.book_id = is_after_transactions.book_id
                and t.instrument_id = is_after_transactions.instrument_id
                and t.occurred_at >= moment
        )
        and not exists (
            select
            from utl.transaction_corrections as c
            inner join utl.transactions as t on c.transaction_id = t.transaction_id
            where
                c.occurred_at >= moment
                and t.book_id = is_after_transactions.book_id
                and t.instrument_id = is_after_transactions.instrument_id
        )
        and not exists (
            select
            from utl.transactions as t
            where
                t.kind in ('transfer', 'conversion', 'spin_off')
                and t.book_id = is_after_transactions.book_id
                and t.instrument_id = is_after_transactions.instrument_id
        )
$is_after_transactions$;

comment on function utl_private.is_after_transactions(integer, integer, timestamptz) is
'Whether a moment lies behind all transactions that moved the instrument''s positions in the book,
and behind what they were amended to: nothing that comes then changes what they did. No, if lots
ever moved on from there: what is late takes the locks of their targets, too, which must not be
taken after others. What has arrived from elsewhere is in the journal.';
