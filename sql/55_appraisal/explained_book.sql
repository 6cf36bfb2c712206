create or replace function utl_private.explained_book(
    of_book_id integer, of_costing text, from_time timestamptz, to_time timestamptz,
    as_known timestamptz
)
returns table (
    is_total boolean, lines bigint, unpriced bigint,
    account_id integer, instrument_id integer, position_id bigint, total_from numeric,
    total_to numeric, price_move numeric, new_trades numeric, fees numeric, funding numeric,
    other_income numeric, currency numeric, restatements numeric, missing text[]
)
language sql
stable
as $explained_book$
    with positions as materialized (
        select p.*
        from utl_private.explained_positions(
            of_book_id, of_costing, from_time, to_time, explained_book.as_known
        ) as p
    )

    select
        false, 1, num_nonnulls(p.missing), p.account_id, p.instrument_id, p.position_id,
        nullif(p.total_from, 'NaN'), nullif(p.total_to, 'NaN'),
        v.price_move, v.new_trades, v.fees, v.funding, v.other_income, v.currency, v.restatements,
        p.missing
    from positions as p
    left join positions as v            -- without parts where something is missing
        on
            v.missing is null
            and p.account_id = v.account_id and p.instrument_id = v.instrument_id
    union all
    select
        true, count(*), count(p.missing), null, null, null,
        coalesce(sum(p.total_from) filter (where p.missing is null), 0),
        coalesce(sum(p.total_to) filter (where p.missing is null), 0),
        coalesce(sum(p.price_move) filter (where p.missing is null), 0),
        coalesce(sum(p.new_trades) filter (where p.missing is null), 0),
        coalesce(sum(p.fees) filter (where p.missing is null), 0),
        coalesce(sum(p.funding) filter (where p.missing is null), 0),
        coalesce(sum(p.other_income) filter (where p.missing is null), 0),
        coalesce(sum(p.currency) filter (where p.missing is null), 0),
        coalesce(sum(p.restatements) filter (where p.missing is null), 0),
        null
    from positions as p
$explained_book$;

comment on function utl_private.explained_book(
    integer, text, timestamptz, timestamptz, timestamptz
) is
'utl_private.explained_positions and, with is_total, their sum: what misses something has no parts
and is in no sum, and is counted as unpriced.';
