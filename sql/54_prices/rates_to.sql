create or replace function utl_private.rates_to(
    asset_ids integer[], to_asset_ids integer[], at timestamptz, max_age interval default null
)
returns table (
    asset_id integer, to_asset_id integer, rate numeric, price_at timestamptz, age interval,
    is_stale boolean, path integer[]
)
language plpgsql
stable
set enable_seqscan = off                -- a plan made while there are few prices must stay good
set enable_nestloop = on                -- each asset looks its prices up in an index
as $rates_to$
declare
    _now timestamptz := least(at, statement_timestamp());
    _since timestamptz := coalesce(_now - max_age, '-infinity');
    _fresh_since timestamptz := (select _now - s.price_max_age from utl_private.settings as s);
    _open_ids integer[] := array(select distinct a.id from unnest(asset_ids) as a (id));
    _open_to_ids integer[] := array(select distinct a.id from unnest(to_asset_ids) as a (id));
    _hub_ids integer[];
    _paths utl_private.rate_path[] := array[]::utl_private.rate_path[];
begin
    for _steps in 1..3 loop             -- while a fresh rate is missing, a longer way is tried
        exit when cardinality(_open_ids) = 0;
        if _steps = 2 then
            -- A way that passes the only asset asked for is longer than the way to that.
            _hub_ids := array(
                select h.asset_id from utl_private.rate_hubs as h
                where array[h.asset_id] <> _open_to_ids
            );
        end if;
        _paths := _paths || utl_private.rate_paths(
            _open_ids, _open_to_ids, _hub_ids, at, _since, _steps
        );
        select
            coalesce(array_agg(distinct o.id), '{}'), coalesce(array_agg(distinct o.to_id), '{}')
        into _open_ids, _open_to_ids
        from (
            select f.id, t.id as to_id
            from unnest(_open_ids) as f (id)
            cross join unnest(_open_to_ids) as t (id)
            where f.id <> t.id
            except
            select p.from_asset_id, p.to_asset_id
            from unnest(_paths) as p
            where p.price_at >= _fresh_since
        ) as o;
    end loop;
    return query
    select
        r.from_asset_id, r.to_asset_id, r.rate, r.price_at, r.age, r.price_at < _fresh_since, r.path
    from (
        select distinct on (p.from_asset_id, p.to_asset_id)
            p.from_asset_id,
            p.to_asset_id,
            utl_private.rate_quotient(p.numerator, p.denominator) as rate,
            p.price_at,
            utl_private.price_age(p.price_at, rates_to.at) as age,
            p.path
        from unnest(_paths) as p
        order by
            p.from_asset_id asc, p.to_asset_id asc, p.price_at < _fresh_since asc,
            cardinality(p.path) asc, p.price_at desc
    ) as r
    where r.from_asset_id <> r.to_asset_id
    union all
    select f.id, f.id, 1::numeric, null, interval '0', false, array[f.id]
    from (select distinct a.id from unnest(asset_ids) as a (id)) as f
    where f.id = any(to_asset_ids);
end
$rates_to$;

comment on function utl_private.rates_to(integer[], integer[], timestamptz, interval) is
'What one unit of each of some assets is worth in each of others at a time, infinity being now; no
row for two assets without a rate. The rate is that of one price, inverted if need be, or of up to
three in a chain. Fresh comes before stale (setting price_max_age), then fewer prices before more,
then the path whose oldest price is the newest, then the one by the assets added first. price_at and
age are those of the oldest price; path has the assets on the way. An asset is worth 1 of itself,
without a price. Prices older than max_age are not looked at. See utl_private.rate_quotient for the
rounding.';
