create or replace view utl.transaction_kinds as
select k.kind, k.meaning, k.required, k.optional, k.sign, k.position, k.holding, k.pnl
from (
    values
    (
        'opening_balance', 'What was there before the ledger',
        array['account_id', 'quantity'],
        array['instrument_id', 'asset_id', 'amount', 'price', 'opened_at'], null,
        'opens at amount, which is its cost; unknown: utl.missing_basis', '+ quantity', null
    ),
    (
        'deposit', 'Something came from outside',
        array['account_id', 'quantity'],
        array['instrument_id', 'asset_id', 'amount', 'price', 'opened_at'], null,
        'opens at amount, which is its cost; unknown: utl.missing_basis', '+ quantity', null
    ),
    (
        'withdrawal', 'Something went outside',
        array['account_id', 'quantity'], array['instrument_id', 'asset_id', 'amount'], 'negative',
        'is disposed of at amount; without one leaves at its cost', '- quantity',
        'realized, if there is an amount'
    ),
    (
        'transfer', 'Something moved to another account or book, less a fee in the coin',
        array['account_id', 'quantity', 'to_book_id', 'to_account_id', 'to_quantity'],
        array[
            'instrument_id', 'asset_id', 'to_instrument_id', 'amount', 'fee', 'fee_asset_id'
        ], null,
        'lots move with their time and cost; the fee is disposed of at amount, else at its cost',
        '- sent here, + received there', 'fees, of the coin fee'
    ),
    (
        'network_fee', 'A fee in the coin, for moving it or for what a chain does',
        array['account_id', 'quantity'], array['instrument_id', 'asset_id', 'amount'], 'negative',
        'is disposed of at amount; without one leaves at its cost', '- quantity',
        'fees: amount, or the cost; realized, if there is an amount'
    ),
    (
        'funding', 'Funding of a perpetual: received or paid',
        array['account_id', 'asset_id', 'quantity'], array['instrument_id'], null,
        null, '± asset', 'income'
    ),
    (
        'interest', 'Interest received or paid',
        array['account_id', 'asset_id', 'quantity'], array['instrument_id'], null,
        null, '± asset', 'income'
    ),
    (
        'rebate', 'A rebate that did not come with a fill',
        array['account_id', 'asset_id', 'quantity'], array['instrument_id'], null,
        null, '± asset', 'income'
    ),
    (
        'dividend', 'A dividend received, or paid on a short',
        array['account_id', 'asset_id', 'quantity'], array['instrument_id'], null,
        null, '± asset', 'income'
    ),
    (
        'fee', 'A fee that did not come with a fill',
        array['account_id', 'asset_id', 'quantity'], array['instrument_id'], 'negative',
        null, '- asset', 'fees'
    ),
    (
        'borrow', 'A loan was taken',
        array['account_id', 'asset_id', 'quantity'], array['instrument_id'], 'positive',
        null, '+ asset, which is owed', null
    ),
    (
        'repay', 'A loan was paid back',
        array['account_id', 'asset_id', 'quantity'], array['instrument_id'], 'negative',
        null, '- asset, which was owed', null
    ),
    (
        'reward', 'A reward, as of staking',
        array['account_id', 'quantity'],
        array['instrument_id', 'asset_id', 'amount', 'price', 'opened_at'], 'positive',
        'opens at amount, its value; unknown: utl.missing_basis', '+ quantity', 'income: amount'
    ),
    (
        'airdrop', 'A gift of an issuer',
        array['account_id', 'quantity'],
        array['instrument_id', 'asset_id', 'amount', 'price', 'opened_at'], 'positive',
        'opens at amount, its value; unknown: utl.missing_basis', '+ quantity', 'income: amount'
    ),
    (
        'adjustment', 'What is needed to agree with the world',
        array['account_id', 'quantity'],
        array['instrument_id', 'asset_id', 'amount', 'price', 'opened_at'], null,
        'more opens at amount (unknown: utl.missing_basis); less is disposed of at amount, else '
        'leaves at its cost', '± quantity', 'realized, if less has an amount'
    ),
    (
        'cash_in_lieu', 'Fractions that were paid out instead of delivered',
        array['account_id', 'instrument_id', 'quantity', 'amount'], array[]::text[], null,
        'is disposed of at amount', '± quantity, ∓ amount in the cost asset', 'realized'
    ),
    (
        'split', 'Every old_units became new_units, in all accounts of the book',
        array['instrument_id', 'new_units', 'old_units'], array[]::text[], null,
        'every lot and average × new ÷ old, at unchanged cost', '× new ÷ old', null
    ),
    (
        'conversion', 'Something became something else: renamed, swapped, exercised',
        array[
            'account_id', 'instrument_id', 'quantity', 'to_book_id', 'to_account_id',
            'to_instrument_id', 'to_quantity'
        ], array['amount'], null,
        'lots move to to_instrument with their time and cost, and amount is added to that',
        '± quantity, ± to_quantity, - amount in the cost asset', null
    ),
    (
        'spin_off', 'A part of something became something of its own',
        array[
            'account_id', 'instrument_id', 'amount', 'to_book_id', 'to_account_id',
            'to_instrument_id', 'to_quantity'
        ], array[]::text[], null,
        'amount, which is cost, moves to to_instrument: from each lot its share', '+ to_quantity',
        null
    ),
    (
        'expiry', 'What expired was settled, or lapsed',
        array['account_id', 'instrument_id', 'quantity', 'amount'], array[]::text[], null,
        'is disposed of at amount', '± quantity, ∓ amount in the cost asset', 'realized'
    )
) as k (kind, meaning, required, optional, sign, position, holding, pnl);

comment on view utl.transaction_kinds is
'The kinds of transactions: which fields each has, and what it does to positions, holdings and
PnL.';
comment on column utl.transaction_kinds.kind is 'The kind, as in utl.transactions.';
comment on column utl.transaction_kinds.meaning is 'What happened.';
comment on column utl.transaction_kinds.required is
'Columns of utl.transactions that it must have, besides book, time and reference.';
comment on column utl.transaction_kinds.optional is
'Columns that it may have; instrument_id and asset_id are one or the other, unless one is
required.';
comment on column utl.transaction_kinds.sign is
'The sign of its quantity, which is positive for what came in; null: any but 0.';
comment on column utl.transaction_kinds.position is
'What it does to the position of its instrument; null: nothing.';
comment on column utl.transaction_kinds.holding is 'What it does to what the account holds.';
comment on column utl.transaction_kinds.pnl is 'Where it shows in PnL; null: nowhere.';
