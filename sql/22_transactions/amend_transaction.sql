-- Transactions: all that moves quantity or money and is no fill. What was there before the ledger,
-- what comes in and goes out, what moves from account to account or from book to book, what is paid
-- for holding, and what companies, issuers and exchanges do to what is held. One table keeps them.
-- Each kind has its fields, its signs and its meaning, which utl.transaction_kinds lists and by
-- which utl_private.transaction_flaw judges; a function for each kind records it by names instead
-- of ids. What is recorded is never changed: a correction cancels it, or amends it.

create or replace function utl.amend_transaction(
    transaction_id bigint,
    quantity numeric default null,
    amount numeric default null,
    occurred_at timestamptz default null,
    opened_at timestamptz default null,
    reason text default null
)
returns utl.transaction_corrections
language sql
security definer
set search_path = pg_catalog, pg_temp
as $amend_transaction$
    insert into utl.transaction_corrections (
        transaction_id, kind, quantity, amount, occurred_at, opened_at, reason
    )
    select
        utl_private.known_transaction(transaction_id), 'amend', quantity, amount, occurred_at,
        opened_at, reason
    returning *
$amend_transaction$;

comment on function utl.amend_transaction(
    bigint, numeric, numeric, timestamptz, timestamptz, text
) is
'Amends a transaction, or completes one whose cost was not known: what is given counts from now on,
what is null stays. Quantity and amount are signed as in utl.transactions. One that was cancelled
counts again. What a transfer sent cannot be amended, as what arrived would not agree with it:
cancel it and record another. 22U01: there is no such transaction; 22U08: it cannot be so; 23514:
nothing is given; 23U05: the period is closed. Returns the correction.';
