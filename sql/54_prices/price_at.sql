create or replace function utl.price_at(
    instrument text, at timestamptz default 'infinity', of_source text default null
)
returns table (
    bid numeric, ask numeric, mark numeric, price_at timestamptz, age interval, source text,
    is_stale boolean, delta numeric
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $price_at$
    select
        trim_scale(p.bid), trim_scale(p.ask), trim_scale(p.mark), p.price_at, a.age, p.source,
        a.age > s.price_max_age, trim_scale(p.delta)
    from utl_private.prices_at(
        array[utl.instrument_id(price_at.instrument)], price_at.at, of_source
    ) as p
    cross join utl_private.settings as s
    cross join lateral utl_private.price_age(p.price_at, price_at.at) as a (age)
$price_at$;

comment on function utl.price_at(text, timestamptz, text) is
'The price of an instrument at a time (infinity is now), with its age then: the newest of all
sources, or of one. is_stale: it is older than the setting price_max_age. No row where there was no
price by then, which is not a price of 0. 22U01: unknown instrument.';
