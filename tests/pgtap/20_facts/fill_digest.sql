begin;
select plan(22);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_instrument('ETH/USD');
    perform utl.add_book('desk');
    perform utl.add_book('other');
end
$set_up$;
call trade($$ a 10:00 buy 1.5 @ 100 fee 1 USD $$);

-- The digest of the fill with some of its columns changed.
create function pg_temp.digest(changes jsonb default '{}')
returns text
language sql
as $digest$
    select encode(utl_private.fill_digest(jsonb_populate_record(f, changes)), 'hex')
    from utl.fills as f
$digest$;

select is(length(pg_temp.digest()), 32, 'a_digest_is_16_bytes');
select is(
    (select encode(k.content_digest, 'hex') from utl_private.fill_keys as k),
    pg_temp.digest(), 'the_key_of_a_fill_has_its_digest'
);
select
    is(
        pg_temp.digest(c.change), pg_temp.digest(),
        format('the_digest_does_not_depend_on_%s', c.change)
    )
from unnest(array[
    '{"quantity": 1.500}', '{"price": 100.00}', '{"fee": 1.0}', '{"executed_at": "2020-01-01"}',
    '{"recorded_at": "2020-01-01"}', '{"sequence": 7}', '{"liquidity": "maker"}',
    '{"venue_order_id": "o"}', '{"fill_id": 99}'
]::jsonb[]) as c (change);
select
    isnt(
        pg_temp.digest(c.change), pg_temp.digest(), format('the_digest_depends_on_%s', c.change)
    )
from unnest(array[
    '{"side": "sell"}', '{"quantity": 1.51}', '{"price": 100.000000000000000000000000000001}',
    '{"price": -100}', '{"fee": -1}', '{"fee": 1.1}', '{"fee_asset_id": 1}', '{"book_id": 2}',
    '{"instrument_id": 2}'
]::jsonb[]) as c (change);
select is(
    pg_temp.digest('{"fee": 0, "fee_asset_id": 1}'),
    pg_temp.digest('{"fee": 0.00, "fee_asset_id": null}'),
    'without_a_fee_its_asset_does_not_matter'
);
select isnt(
    pg_temp.digest('{"quantity": 11, "price": 1}'), pg_temp.digest('{"quantity": 1, "price": 11}'),
    'quantity_and_price_are_told_apart'
);

select * from finish();
rollback;
