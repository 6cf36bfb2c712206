create or replace function utl_private.split_ratios(
    of_book_id integer, since timestamptz, up_to timestamptz
)
returns table (book_id integer, instrument_id integer, ratio numeric)
language plpgsql
stable
rows 1
as $split_ratios$
declare
    _split record;
begin
    if since >= up_to then
        return;
    end if;
    for _split in
        select
            t.book_id, t.instrument_id,
            array_agg(t.new_units order by t.place) as new_units,
            array_agg(t.old_units order by t.place) as old_units
        from (
            select
                s.*,
                row_number() over (order by s.occurred_at, s.sequence, s.transaction_id) as place
            from utl.effective_transactions as s
            where
                s.kind = 'split' and s.occurred_at > since and s.occurred_at <= up_to
                and (of_book_id is null or s.book_id = of_book_id)
        ) as t
        group by t.book_id, t.instrument_id
    loop
        book_id := _split.book_id;
        instrument_id := _split.instrument_id;
        ratio := 1;
        for _nth in 1..cardinality(_split.new_units) loop
            ratio := utl_private.share(ratio, _split.new_units[_nth], _split.old_units[_nth]);
        end loop;
        return next;
    end loop;
end
$split_ratios$;

comment on function utl_private.split_ratios(integer, timestamptz, timestamptz) is
'By how much splits after a time and up to another multiplied what a book, or with null each, had of
the instruments that were split.';
