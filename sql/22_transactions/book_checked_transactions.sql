create or replace function utl_private.book_checked_transactions(
    checked utl_private.checked_transaction[]
)
returns utl_private.checked_transaction[]
language plpgsql
as $book_checked_transactions$
declare
    _half constant integer := cardinality(checked) / 2;
    _tried utl_private.checked_transaction[];
    _booked utl_private.checked_transaction[];
    _attempts_left integer := 10;
    _constraint text;
    _detail text;
begin
    while _booked is null loop
        begin
            if utl_private.is_event(checked[1].content) then
                _booked := array[utl_private.record_event(checked[1])];
            else
                _tried := utl_private.find_resent_transactions(checked);
                perform utl_private.insert_transactions(_tried);
                perform utl_private.require_left(_tried);
                _booked := _tried;
            end if;
        exception
            when data_exception or integrity_constraint_violation or program_limit_exceeded then
                get stacked diagnostics
                    _constraint = constraint_name, _detail = pg_exception_detail;
                if _constraint = 'transactions_are_recorded_once' and _attempts_left > 0 then
                    -- Another session has just recorded one of them: look again.
                    _attempts_left := _attempts_left - 1;
                elsif _half = 0 then
                    checked[1].outcome
                    := case sqlstate when '23U03' then 'conflict' else 'rejected' end;
                    checked[1].sqlstate := sqlstate;
                    checked[1].reason := concat_ws('; ', sqlerrm, nullif(_detail, ''));
                    _booked := checked;
                else
                    _booked := utl_private.book_checked_transactions(checked[:_half])
                        || utl_private.book_checked_transactions(checked[_half + 1:]);
                end if;
        end;
    end loop;
    return _booked;
end
$book_checked_transactions$;

comment on function utl_private.book_checked_transactions(utl_private.checked_transaction[]) is
'Books transactions that look good together, in one statement, or one event alone. Should booking
refuse them, the halves are booked apart, and theirs again, until the bad ones alone are
rejected.';
