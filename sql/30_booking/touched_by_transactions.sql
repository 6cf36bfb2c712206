create or replace function utl_private.touched_by_transactions(
    transactions utl.transactions[], with_targets boolean
)
returns utl_private.touched[]
language sql
stable
as $touched_by_transactions$
    with places as (
        select
            t.book_id, coalesce(t.account_id, f.account_id) as account_id, t.instrument_id,
            t as fact
        from unnest(transactions) as t
        left join utl_private.moved_accounts as f
            on
                t.account_id is null
                and t.book_id = f.book_id and t.instrument_id = f.instrument_id
        where
            utl_private.moves_positions(t.kind)
            and t.instrument_id is not null
        union all
        select t.to_book_id, t.to_account_id, t.to_instrument_id, t
        from unnest(transactions) as t
        where with_targets and t.to_instrument_id is not null
    )

    select array_agg((
        p.book_id, p.account_id, p.instrument_id, null, 0, p.first_at, p.last_at, 0, 0, 0,
        p.recorded_at, (p.first).sequence, (p.first).transaction_id
    )::utl_private.touched)
    from (
        select
            s.book_id, s.account_id, s.instrument_id,
            min((s.fact).occurred_at) as first_at, max((s.fact).occurred_at) as last_at,
            min((s.fact).recorded_at) as recorded_at,
            (array_agg(s.fact order by
                (s.fact).occurred_at, (s.fact).sequence, (s.fact).transaction_id
            ))[1] as first
        from places as s
        where s.account_id is not null
        group by s.book_id, s.account_id, s.instrument_id
    ) as p
$touched_by_transactions$;

comment on function utl_private.touched_by_transactions(utl.transactions[], boolean) is
'The positions that transactions are about and, with targets, those to which they move lots, with
the times of the first and the last. A transaction without an account is about all accounts that
have traded.';
