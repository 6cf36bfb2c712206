create or replace view utl.fill_conflicts as
select
    c.conflict_id,
    a.account,
    c.venue_fill_id,
    c.fill_id,
    case when f.fill_id is not null then d.differences end as differences,
    nullif(c.source, '') as source,
    c.line,
    c.raw,
    c.content,
    c.recorded_at
from utl_private.fill_conflicts as c
inner join utl_private.accounts as a on c.account_id = a.account_id
inner join utl_private.venues as v on a.venue_id = v.venue_id
inner join utl_private.fill_keys as k
    on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
left join utl.fills as f on k.executed_at = f.executed_at and k.fill_id = f.fill_id
left join utl_private.books as b on f.book_id = b.book_id
left join utl_private.instruments as i on f.instrument_id = i.instrument_id
left join utl_private.assets as fa on f.fee_asset_id = fa.asset_id
cross join lateral (
    select jsonb_object_agg(w.name, jsonb_build_array(w.recorded, w.resent)) as differences
    from (
        values
        ('book', b.book, c.content ->> 'book'),
        (
            'instrument',
            i.instrument,
            coalesce(
                (
                    select x.instrument from utl.instrument_aliases as x
                    where
                        x.venue = v.venue
                        and x.symbol = c.content ->> 'instrument'
                ),
                c.content ->> 'instrument'
            )
        ),
        ('side', f.side, lower(c.content ->> 'side')),
        (
            'quantity',
            trim_scale(f.quantity)::text,
            trim_scale((c.content ->> 'quantity')::numeric)::text
        ),
        (
            'price',
            trim_scale(f.price)::text,
            trim_scale((c.content ->> 'price')::numeric)::text
        ),
        (
            'fee',
            trim_scale(f.fee)::text,
            trim_scale(coalesce((c.content ->> 'fee')::numeric, 0))::text
        ),
        (
            'fee_asset',
            fa.asset,
            coalesce(
                (
                    select x.asset from utl.asset_aliases as x
                    where x.venue = v.venue and x.symbol = c.content ->> 'fee_asset'
                ),
                c.content ->> 'fee_asset'
            )
        ),
        (
            'executed_at',
            to_jsonb(f.executed_at) #>> '{}',
            to_jsonb(c.executed_at) #>> '{}'
        )
    ) as w (name, recorded, resent)
    where w.recorded is distinct from w.resent
) as d;

comment on view utl.fill_conflicts is
'Rows that name a fill which is there, and say something else about it. The fill that came first
stands.';
comment on column utl.fill_conflicts.conflict_id is 'Id of the conflict.';
comment on column utl.fill_conflicts.account is 'The account of the fill.';
comment on column utl.fill_conflicts.venue_fill_id is 'The venue''s identity of the fill.';
comment on column utl.fill_conflicts.fill_id is 'The fill that is there.';
comment on column utl.fill_conflicts.differences is
'What differs: by column, what is recorded and what was sent later.';
comment on column utl.fill_conflicts.source is 'Where the later row came from.';
comment on column utl.fill_conflicts.line is 'Its line there, or its place in the array.';
comment on column utl.fill_conflicts.raw is 'The later row as it came.';
comment on column utl.fill_conflicts.content is 'Its values by column.';
comment on column utl.fill_conflicts.recorded_at is 'When it came.';
