create or replace function utl.record_split(
    instrument text,
    new_units numeric,
    old_units numeric,
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
as $record_split$
declare
    _split utl.transactions := utl_private.unplaced_transaction(
        'split', instrument, occurred_at, coalesce(reference, gen_random_uuid()::text), reason,
        sequence
    );
begin
    if least(new_units, old_units) <= 0 then
        raise exception 'a split cannot be: its units are not positive'
        using
            errcode = '22U08',
            detail = format('They are %s new for %s old.', new_units, old_units),
            hint = 'Give 4, 1 where one became four, and 1, 10 where ten became one.';
    end if;
    _split.new_units := new_units;
    _split.old_units := old_units;
    for _split.book_id in
        select b.book_id
        from utl_private.books as b
        where
            case
                when record_split.book is not null
                    then b.book_id = utl.book_id(record_split.book)
                else exists (
                    select from utl_private.flows as f
                    where f.book_id = b.book_id and f.instrument_id = _split.instrument_id
                )
            end
        order by b.book_id
    loop
        return next utl_private.record_transaction(_split);
    end loop;
end
$record_split$;

comment on function utl.record_split(
    text, numeric, numeric, text, timestamptz, text, text, bigint
) is
'Records a split, or a reverse one: every old_units of an instrument became new_units, at unchanged
cost, in one book or in every book that has ever had it. Fractions that were paid out are
utl.record_cash_in_lieu. It happened at occurred_at, or now, and within one time in order of
sequence. A call that is repeated with its reference changes nothing. 22U01: an unknown name; 22U08:
it cannot be so, as by units of 0; 23U03: the reference is that of another split;
23U05: the period is closed. Returns the rows of utl.transactions, one a book.';
