create or replace function utl_private.record_event(event utl_private.checked_transaction)
returns utl_private.checked_transaction
language plpgsql
as $record_event$
declare
    _said constant jsonb := event.content;
    _before constant bigint := nextval('utl_private.fact_ids');
    _at constant timestamptz := utl_private.read_time(_said ->> 'occurred_at');
    _sequence constant bigint := coalesce((_said ->> 'sequence')::bigint, 0);
    _recorded bigint[];
begin
    _recorded := case _said ->> 'kind'
        when 'split' then array(
            select s.transaction_id from utl.record_split(
                _said ->> 'instrument', (_said ->> 'new_units')::numeric,
                (_said ->> 'old_units')::numeric, _said ->> 'book', _at, _said ->> 'reference',
                _said ->> 'reason', _sequence
            ) as s
        )
        when 'expiry' then array(
            select s.transaction_id from utl.record_expiry(
                _said ->> 'instrument', (_said ->> 'price')::numeric, _said ->> 'book', _at,
                _said ->> 'reference', _said ->> 'reason', _sequence
            ) as s
        )
        when 'rename' then array(
            select s.transaction_id from utl.record_rename(
                _said ->> 'instrument', _said ->> 'to_instrument', _at, _said ->> 'reference',
                _said ->> 'reason', _sequence
            ) as s
        )
        when 'exercise' then array(
            select s.transaction_id from utl.record_exercise(
                _said ->> 'book', _said ->> 'account', _said ->> 'instrument',
                (_said ->> 'quantity')::numeric, _said ->> 'to_instrument',
                (_said ->> 'strike')::numeric, _said ->> 'option_right', _at,
                _said ->> 'reference', _said ->> 'reason', _sequence
            ) as s
        )
    end;
    event.fact_id := _recorded[1];
    if event.fact_id is null then
        event.outcome := 'rejected';
        event.sqlstate := '22U08';
        event.reason := 'nothing is held of it';
    elsif _before > all(_recorded) then
        event.outcome := 'duplicate';
    end if;
    return event;
end
$record_event$;

comment on function utl_private.record_event(utl_private.checked_transaction) is
'Records a row by the function of its kind, which may make several transactions of it: fact_id is
that of the first. Raises what that raises.';
