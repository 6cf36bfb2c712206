create or replace function utl_private.is_transacted(
    book_id integer, account_id integer, instrument_id integer
)
returns boolean
language sql
stable
as $is_transacted$
    select
        exists (
            select
            from utl_private.costed_transactions as t
            where
                t.book_id = is_transacted.book_id
                and t.instrument_id = is_transacted.instrument_id
                and utl_private.moves_positions(t.kind)
                and is_transacted.account_id in (
                    0, coalesce(t.account_id, is_transacted.account_id)
                )
        )
        or exists (
            select
            from utl_private.costed_transactions as t
            where
                t.to_book_id = is_transacted.book_id
                and t.to_instrument_id = is_transacted.instrument_id
                and is_transacted.account_id in (0, t.to_account_id)
        )
        or exists (
            select
            from utl_private.chosen_lots as c
            where
                c.book_id = is_transacted.book_id
                and c.instrument_id = is_transacted.instrument_id
                and is_transacted.account_id in (0, c.account_id)
        )
$is_transacted$;

comment on function utl_private.is_transacted(integer, integer, integer) is
'Whether transactions, or choices of lots, concern the position of an account, 0 being all of the
book, in an instrument.';
