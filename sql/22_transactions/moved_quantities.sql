create or replace function utl_private.moved_quantities(
    instrument_id integer, after timestamptz, up_to timestamptz, in_book_id integer
)
returns table (
    book_id integer, account_id integer, occurred_at timestamptz, sequence bigint, fact_id bigint,
    quantity numeric
)
language sql
stable
as $moved_quantities$
    select
        f.book_id, f.account_id, f.executed_at, f.sequence, f.fill_id,
        utl_private.signed_quantity(f.side, f.quantity)
        - utl_private.coin_fee(
            row(f.*)::utl.fills, case when i.kind = 'spot' then i.base_asset_id end
        )
    from utl.effective_fills as f
    inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
    where
        i.instrument_id = moved_quantities.instrument_id
        and f.executed_at > moved_quantities.after
        and f.executed_at <= moved_quantities.up_to
        and (in_book_id is null or f.book_id = in_book_id)
    union all
    select
        a.book_id, a.account_id, a.at, a.sequence, a.fact_id,
        a.quantity
        + case when i.kind = 'spot' and a.asset_id = i.base_asset_id then a.received else 0 end
    from utl_private.archived_flows as a
    inner join utl_private.instruments as i on a.instrument_id = i.instrument_id
    where
        a.instrument_id = moved_quantities.instrument_id
        and a.at > moved_quantities.after
        and a.at <= moved_quantities.up_to
        and (in_book_id is null or a.book_id = in_book_id)
    union all
    select
        t.book_id, t.account_id, t.occurred_at, t.sequence, t.transaction_id, t.quantity
    from utl.effective_transactions as t
    where
        t.instrument_id = moved_quantities.instrument_id and t.asset_id is null
        and t.quantity is not null
        and t.occurred_at > moved_quantities.after
        and t.occurred_at <= moved_quantities.up_to
        and (in_book_id is null or t.book_id = in_book_id)
    union all
    select
        t.to_book_id, t.to_account_id, t.occurred_at, t.sequence, t.transaction_id, t.to_quantity
    from utl.effective_transactions as t
    where
        t.to_instrument_id = moved_quantities.instrument_id
        and t.occurred_at > moved_quantities.after
        and t.occurred_at <= moved_quantities.up_to
        and (in_book_id is null or t.to_book_id = in_book_id)
$moved_quantities$;

comment on function utl_private.moved_quantities(
    integer, timestamptz, timestamptz, integer
) is
'What fills and transactions after a time moved of an instrument, up to another and with it, in one
book or in all: a row a fact, positive came in. A fee in the coin is taken out of what a fill
traded.';
