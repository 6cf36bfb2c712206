create or replace function utl.record_expiry(
    instrument text,
    price numeric,
    book text default null,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns setof utl.transactions
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_expiry$
declare
    _expiry utl.transactions := utl_private.unplaced_transaction(
        'expiry', instrument, occurred_at, reference, reason, sequence
    );
    _open record;
begin
    for _open in
        select o.* from utl_private.open_quantities(_expiry, book) as o
    loop
        _expiry.book_id := _open.book_id;
        _expiry.account_id := _open.account_id;
        _expiry.quantity := -_open.quantity;
        _expiry.amount := utl_private.settled_amount(
            _expiry.instrument_id, _open.quantity, price
        );
        _expiry.reference := _open.reference;
        return next utl_private.record_transaction(_expiry);
    end loop;
end
$record_expiry$;

comment on function utl.record_expiry(
    text, numeric, text, timestamptz, text, text, bigint
) is
'Records that an instrument expired: all that was held of it, by every account of one book or of
all, was settled at price; 0: it lapsed. What an option settles at is its worth, not the price of
what it is on. It happened at occurred_at, or now, and within one time in order of sequence. A call
that is repeated with its reference changes nothing; the rows have it with the name of their book
behind it. 22U01: an unknown name; 22U07: an inverse contract at a price of 0 or less; 22U08: an
option at a negative price, or none; 23U03: the reference is that of another expiry; 23U05: the
period is closed. Returns the rows of utl.transactions, one a book and account.';
