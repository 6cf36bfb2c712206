create or replace function utl_private.income_since_flat(
    of_book_id integer, positions bigint[], flat_at timestamptz[]
)
returns table (
    position_id bigint, other_fees numeric, income numeric
)
language sql
stable
as $income_since_flat$
    with runs as materialized (
        select r.position_id, r.flat_at, p.book_id, p.account_id, p.instrument_id, c.basis
        from unnest(positions, income_since_flat.flat_at) as r (position_id, flat_at)
        inner join utl_private.positions as p on r.position_id = p.position_id
        inner join utl_private.costings as c
            on p.book_id = c.book_id and p.costing_id = c.costing_id
    ),

    with_fills as materialized (
        select utl_private.has_other_fees(of_book_id) as matter
    ),

    flows as materialized (             -- of what never was flat, all; else what came since then
        select '-infinity'::timestamptz as at, f::utl_private.flows as flow
        from utl_private.flows as f
        where of_book_id is null or f.book_id = of_book_id
        union all
        select d.at, d.flow
        from utl_private.dated_flows(
            of_book_id, (select min(r.flat_at) from runs as r),
            with_fills => (select w.matter from with_fills as w)
        ) as d
        where
            not (select w.matter from with_fills as w)
            or utl_private.require_facts(
                of_book_id, (select min(r.flat_at) + interval '1 microsecond' from runs as r)
            )
    ),

    amounts as materialized (
        select r.position_id, i.cost_asset_id, a.asset_id, a.kind, sum(a.amount) as amount
        from runs as r
        inner join flows as f
            on
                r.book_id = (f.flow).book_id and r.instrument_id = (f.flow).instrument_id
                and r.account_id in (0, (f.flow).account_id)
                and case when r.flat_at is null then f.at = '-infinity' else f.at > r.flat_at end
        inner join utl_private.instruments as i on r.instrument_id = i.instrument_id
        cross join lateral utl_private.amounts_in(f.flow, i) as a
        where r.basis = 'instrument' or not utl_private.is_in_inventory(f.flow, i)
        group by r.position_id, i.cost_asset_id, a.asset_id, a.kind
        having sum(a.amount) <> 0
    )

    -- What has no rate makes its sum NaN, which is shown as null: a sum skips nulls.
    select
        a.position_id,
        nullif(coalesce(-sum(v.valued) filter (where a.kind = 'fee'), 0), 'NaN'),
        nullif(coalesce(sum(v.valued) filter (where a.kind <> 'fee'), 0), 'NaN')
    from amounts as a
    left join utl_private.rates_between(
        (select array_agg(m.asset_id) from amounts as m),
        (select array_agg(m.cost_asset_id) from amounts as m),
        'infinity'
    ) as r on a.asset_id = r.from_asset_id and a.cost_asset_id = r.to_asset_id
    cross join lateral (select a.amount * coalesce(r.rate, 'NaN')) as v (valued)
    group by a.position_id
$income_since_flat$;

comment on function utl_private.income_since_flat(integer, bigint[], timestamptz[]) is
'What was paid as fees beside positions, and received as funding and other income, since each was
flat (null: ever), in its cost asset at the rates of now; null where a rate is missing. Costs what
came since the first of these times.';
