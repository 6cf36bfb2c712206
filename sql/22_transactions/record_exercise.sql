create or replace function utl.record_exercise(
    book text,
    account text,
    instrument text,
    quantity numeric,
    to_instrument text,
    strike numeric,
    option_right text default null,
    occurred_at timestamptz default null,
    reference text default null,
    reason text default null,
    sequence bigint default 0
)
returns utl.transactions
language sql
security definer
set search_path = pg_catalog, pg_temp
as $record_exercise$
    select utl_private.record_transaction(utl_private.named_transaction(
        'conversion', book, account, -quantity, record_exercise.instrument, null,
        occurred_at, reference, reason, sequence,
        amount => e.bought * strike, to_book => book, to_account => account,
        to_instrument => to_instrument,
        to_quantity => trim_scale(utl_private.share(e.bought, 1, t.multiplier))
    ))
    from utl_private.instruments as i
    inner join utl_private.instruments as t
        on t.instrument_id = utl.instrument_id(record_exercise.to_instrument)
    cross join lateral (
        select
            record_exercise.quantity * i.multiplier
            * utl_private.exercise_direction(i.instrument, option_right) as bought
    ) as e
    where i.instrument_id = utl.instrument_id(record_exercise.instrument)
$record_exercise$;

comment on function utl.record_exercise(
    text, text, text, numeric, text, numeric, text, timestamptz, text, text, bigint
) is
'Records that contracts of an option were exercised, quantity positive, or that a short was
assigned, quantity negative: to_instrument was bought or sold at strike, and the premium becomes
part of its cost or of its proceeds. Whether it is a call or a put the last part of the symbol says
(-C, -P), or option_right (call, put). An option that settles in cash is utl.record_expiry. It
happened at occurred_at, or now, and within one time in order of sequence. A call that is repeated
with its reference changes nothing. 22U01: an unknown name; 22U08: neither says call or put, or it
cannot be so; 23U03: the reference is that of another transaction; 23U05: the period is closed;
23U07: more than is held would go. Returns the row of utl.transactions, a conversion.';
