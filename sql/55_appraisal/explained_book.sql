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
    ),

    known as materialized (
        select p.* from positions as p where p.missing is null
    )

    select
        false, 1, 0, p.account_id, p.instrument_id, p.position_id, p.total_from, p.total_to,
        p.price_move, p.new_trades, p.fees, p.funding, p.other_income, p.currency,
        p.restatements, null::text[]
    from known as p
    union all
    select
        false, 1, 1, p.account_id, p.instrument_id, p.position_id,
        nullif(p.total_from, 'NaN'), nullif(p.total_to, 'NaN'),
        null, null, null, null, null, null, null, p.missing
    from positions as p
    where p.missing is not null
    union all
    select
        true, (select count(*) from positions as p),
        (select count(p.missing) from positions as p), null, null, null,
        coalesce(sum(p.total_from), 0), coalesce(sum(p.total_to), 0),
        coalesce(sum(p.price_move), 0), coalesce(sum(p.new_trades), 0),
        coalesce(sum(p.fees), 0), coalesce(sum(p.funding), 0),
        coalesce(sum(p.other_income), 0), coalesce(sum(p.currency), 0),
        coalesce(sum(p.restatements), 0), null
    from known as p
$explained_book$;

comment on function utl_private.explained_book(
    integer, text, timestamptz, timestamptz, timestamptz
) is
'utl_private.explained_positions and, with is_total, their sum: what misses something has no parts
and is in no sum, and is counted as unpriced.';
