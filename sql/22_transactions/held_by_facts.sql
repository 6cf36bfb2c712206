create or replace function utl_private.held_by_facts(
    instrument_id integer, at timestamptz, in_book_id integer
)
returns table (book_id integer, account_id integer, quantity numeric)
language sql
stable
as $held_by_facts$
    with recursive splits as (
        select
            t.book_id, t.occurred_at, t.sequence, t.transaction_id, t.new_units, t.old_units,
            row_number() over (
                partition by t.book_id order by t.occurred_at, t.sequence, t.transaction_id
            ) as nth
        from utl.effective_transactions as t
        where
            t.kind = 'split' and t.instrument_id = held_by_facts.instrument_id
            and t.occurred_at <= held_by_facts.at
    ),

    moved as (
        select
            m.book_id, m.account_id, sum(m.quantity) as quantity,
            (
                select count(*) from splits as s
                where
                    m.book_id = s.book_id
                    and (s.occurred_at, s.sequence, s.transaction_id)
                    < (m.occurred_at, m.sequence, m.fact_id)
            ) as splits_before
        from utl_private.moved_quantities(
            held_by_facts.instrument_id, '-infinity', held_by_facts.at, in_book_id
        ) as m
        group by 1, 2, 4
    ),

    -- What is held right after each split: what was there and what has come, in new units.
    held as (
        select distinct m.book_id, m.account_id, 0::bigint as nth, 0::numeric as quantity
        from moved as m
        union all
        select
            h.book_id, h.account_id, s.nth,
            utl_private.share(
                h.quantity + coalesce((
                    select m.quantity from moved as m
                    where
                        (m.book_id, m.account_id, m.splits_before)
                        = (h.book_id, h.account_id, h.nth)
                ), 0),
                s.new_units, s.old_units
            )
        from held as h
        inner join splits as s on h.book_id = s.book_id and s.nth = h.nth + 1
    )

    select h.book_id, h.account_id, h.quantity + coalesce(m.quantity, 0)
    from (
        select distinct on (e.book_id, e.account_id) e.*
        from held as e
        order by e.book_id, e.account_id, e.nth desc
    ) as h
    left join moved as m
        on
            h.book_id = m.book_id and h.account_id = m.account_id
            and h.nth = m.splits_before
    where h.quantity + coalesce(m.quantity, 0) <> 0
$held_by_facts$;

comment on function utl_private.held_by_facts(integer, timestamptz, integer) is
'What each account of a book, or of all books, holds of an instrument at a time, by all its facts: a
split multiplies what is there, rounded to 18 places.';
