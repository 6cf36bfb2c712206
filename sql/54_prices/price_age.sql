create or replace function utl_private.price_age(price_at timestamptz, at timestamptz)
returns interval
language sql
stable
as $price_age$
    select greatest(least(price_age.at, statement_timestamp()) - price_at, interval '0')
$price_age$;

comment on function utl_private.price_age(timestamptz, timestamptz) is
'How old a price is at a time, or now if that is still to come.';
