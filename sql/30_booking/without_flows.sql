create or replace function utl_private.without_flows(touched utl_private.touched[])
returns utl_private.touched[]
language sql
immutable
as $without_flows$
    select array_agg((
        t.book_id, t.account_id, t.instrument_id, null, 0, t.first_at, t.last_at, 0, 0, 0,
        t.recorded_at, t.sequence, t.fact_id
    )::utl_private.touched)
    from unnest(touched) as t
$without_flows$;

comment on function utl_private.without_flows(utl_private.touched[]) is
'What is touched, as if it had moved nothing: for positions whose facts have moved it already.';
