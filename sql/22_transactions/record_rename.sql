create or replace function utl.record_rename(
    instrument text,
    to_instrument text,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns setof utl.transactions
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_rename$
declare
    _rename utl.transactions := utl_private.unplaced_transaction(
        'conversion', instrument, occurred_at, reference, reason, sequence
    );
    _open record;
begin
    _rename.to_instrument_id := utl.instrument_id(to_instrument);
    for _open in
        select o.* from utl_private.open_quantities(_rename, null) as o
    loop
        _rename.book_id := _open.book_id;
        _rename.account_id := _open.account_id;
        _rename.to_book_id := _open.book_id;
        _rename.to_account_id := _open.account_id;
        _rename.quantity := -_open.quantity;
        _rename.to_quantity := _open.quantity;
        _rename.reference := _open.reference;
        return next utl_private.record_transaction(_rename);
    end loop;
end
$record_rename$;

comment on function utl.record_rename(text, text, timestamptz, text, text, bigint) is
'Records that an instrument is called otherwise from now on: all that was held of it, by every
account of every book, became as much of to_instrument, with its lots, their time and cost. It
happened at occurred_at, or now, and within one time in order of sequence. A call that is repeated
with its reference changes nothing; the rows have it with the name of their book behind it. 22U01:
an unknown name; 22U08: it cannot be so; 23U03: the reference is that of another transaction; 23U05:
the period is closed. Returns the rows of utl.transactions, conversions, one a book and account.';
