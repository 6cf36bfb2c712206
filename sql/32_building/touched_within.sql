create or replace function utl_private.touched_within(
    book_id integer, from_time timestamptz, to_time timestamptz
)
returns utl_private.touched[]
language sql
stable
as $touched_within$
    select array_agg((
        k.book_id, k.account_id, k.instrument_id, null, null, null, null, null, null, null, null,
        null, null
    )::utl_private.touched)
    from (
        select f.book_id, f.account_id, f.instrument_id
        from utl_private.costed_fills as f
        where
            f.book_id = touched_within.book_id
            and f.executed_at >= from_time and f.executed_at < to_time
        union
        select t.book_id, t.account_id, t.instrument_id
        from utl_private.costed_transactions as t
        where
            t.book_id = touched_within.book_id
            and t.instrument_id is not null and t.account_id is not null
            and utl_private.moves_positions(t.kind)
            and t.occurred_at >= from_time and t.occurred_at < to_time
        union
        select t.to_book_id, t.to_account_id, t.to_instrument_id
        from utl_private.costed_transactions as t
        where
            t.to_book_id = touched_within.book_id and t.to_instrument_id is not null
            and t.occurred_at >= from_time and t.occurred_at < to_time
    ) as k
$touched_within$;

comment on function utl_private.touched_within(integer, timestamptz, timestamptz) is
'The accounts and instruments of a book that the facts of [from_time, to_time) are about.';
