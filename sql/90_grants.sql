-- Three roles, each with all that the one before it has: utl_reader reads, utl_writer records
-- facts, utl_admin keeps reference data and checks. Roles are the cluster's: where the migrating
-- user may not make them, somebody else does, and `utl migrate --reload` grants.
do $grants$
declare
    _role text;
begin
    foreach _role in array array['utl_reader', 'utl_writer', 'utl_admin'] loop
        if to_regrole(_role) is null then
            begin
                execute format('create role %I nologin', _role);
            exception
                when insufficient_privilege then
                    raise warning 'role % is not there, and % may not make it', _role, current_user
                    using
                        hint = 'Have it made (create role), then: utl migrate --reload';
                when duplicate_object or unique_violation then
                    null;               -- another database of the cluster just made it
            end;
        end if;
        continue when to_regrole(_role) is null;
        execute format('grant usage on schema utl to %I', _role);
        execute format('grant select on all tables in schema utl to %I', _role);
    end loop;
end
$grants$;

revoke execute on all routines in schema utl from public;
revoke execute on all routines in schema utl_private from public;

do $grants$
declare
    _record regprocedure;
begin
    if to_regrole('utl_reader') is not null then
        grant execute on function
            utl.asset_id(text), utl.venue_id(text), utl.account_id(text), utl.book_id(text),
            utl.instrument_id(text)
        to utl_reader, utl_writer, utl_admin;
        -- Functions in a view run as who reads it; without usage of the schema he cannot name them.
        grant execute on function
            utl_private.average_cost(numeric, numeric, numeric, boolean),
            utl_private.share(numeric, numeric, numeric),
            utl_private.correction_of(utl.fills, bigint[]),
            utl_private.correction_of_transaction(bigint),
            utl.position_at(text, text, timestamptz, timestamptz),
            utl.positions_at(timestamptz, timestamptz, text),
            utl.realized_pnl_between(text, timestamptz, timestamptz, timestamptz),
            utl.price_at(text, timestamptz, text),
            utl.rate_at(text, text, timestamptz, interval),
            utl.pnl_at(timestamptz, timestamptz, text),
            utl.pnl_of_books(timestamptz),
            utl.pnl_since_flat(text),
            utl.pnl_explain(text, timestamptz, timestamptz, text, timestamptz),
            utl.pnl_daily(text, date, date, text),
            utl.pnl_reported(text, date, date, text),
            utl.pnl_translated(text, text),
            utl.expensed_fees(bigint, numeric, timestamptz),
            utl_private.incarnation(),
            utl.oldest_writer(),
            utl.subscribe(text, text[], text[], text[], text, text),
            utl.unsubscribe(text),
            utl.fetch_changes(text, integer),
            utl.acknowledge(text, bigint),
            utl.rewind(text, bigint),
            utl.tick(),
            utl.verify_stream(bigint, bigint),
            utl.income_of(text, timestamptz),
            utl.exposure_at(timestamptz, text),
            utl.exposure_by(text, timestamptz),
            utl.holdings_at(timestamptz),
            utl.book_holdings_at(timestamptz, text),
            utl.reconciling_price(numeric, numeric, numeric, numeric)
        to utl_reader, utl_writer, utl_admin;
        -- Not fill_id and recorded_at: the order of arrival is the ledger's own.
        grant insert (
            executed_at, sequence, book_id, account_id, instrument_id, fee_asset_id, side,
            quantity, price, fee, liquidity, venue_fill_id, venue_order_id
        ) on utl.fills to utl_writer, utl_admin;
        grant insert (
            executed_at, sequence, account_id, fee_asset_id, kind, quantity, price, fee, lots,
            venue_fill_id, reason, source
        ) on utl.corrections to utl_writer, utl_admin;
        grant insert (
            occurred_at, sequence, book_id, account_id, instrument_id, asset_id, fee_asset_id,
            to_book_id, to_account_id, to_instrument_id, kind, quantity, amount, price, fee,
            to_quantity, new_units, old_units, opened_at, reference, reason
        ) on utl.transactions to utl_writer, utl_admin;
        grant insert (
            transaction_id, kind, occurred_at, quantity, amount, opened_at, lots, reason
        ) on utl.transaction_corrections to utl_writer, utl_admin;
        grant insert (
            as_of, account_id, asset_id, instrument_id, quantity, source
        ) on utl.venue_statements to utl_writer, utl_admin;
        grant insert (
            at, instrument_id, base_asset_id, quote_asset_id, source, bid, ask, mark
        ) on utl.prices to utl_writer, utl_admin;
        -- Fills, prices, and each kind of transaction. Adding what is unknown on the way asks for
        -- more: 23U04.
        for _record in
            select p.oid::regprocedure
            from pg_catalog.pg_proc as p
            where p.pronamespace = 'utl'::regnamespace and p.proname like 'record\_%'
        loop
            execute format('grant execute on function %s to utl_writer', _record);
        end loop;
        grant execute on function
            utl.bust_fill(text, text, text, text, bigint),
            utl.choose_lots(jsonb, text, text, bigint, text, text),
            utl.amend_fill(
                text, text, numeric, numeric, numeric, text, timestamptz, text, text, bigint, bigint
            ),
            utl.amend_transaction(bigint, numeric, numeric, timestamptz, timestamptz, text),
            utl.cancel_transaction(bigint, text),
            utl.choose_transaction_lots(bigint, jsonb, text),
            utl.complete_rates(text),
            utl.retry_rejected_fills(text)
        to utl_writer;
        grant usage on sequence utl_private.fact_ids to utl_writer, utl_admin;
        grant execute on all routines in schema utl to utl_admin;
    end if;
end
$grants$;
