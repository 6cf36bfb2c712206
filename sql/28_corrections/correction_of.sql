create or replace function utl_private.correction_of(fill utl.fills, ignored bigint[])
returns table (
    is_busted boolean, executed_at timestamptz, sequence bigint, quantity numeric, price numeric,
    fee numeric, fee_asset_id integer
)
language sql
stable
as $correction_of$
    with chain as (
        select c.*
        from utl.corrections as c
        where
            c.account_id = fill.account_id
            and c.venue_fill_id = fill.venue_fill_id
            and c.correction_id <> all(ignored)
    )

    select
        coalesce((
            array_agg(c.kind order by c.correction_id desc) filter (where c.kind <> 'choose')
        )[1] = 'bust', false),
        (array_agg(c.executed_at order by c.correction_id desc)
            filter (where c.executed_at is not null))[1],
        (array_agg(c.sequence order by c.correction_id desc)
            filter (where c.sequence is not null))[1],
        (array_agg(c.quantity order by c.correction_id desc)
            filter (where c.quantity is not null))[1],
        (array_agg(c.price order by c.correction_id desc)
            filter (where c.price > 0 or (c.price is not null and not (
                select i.is_inverse from utl.instruments as i
                where i.instrument_id = fill.instrument_id
            ))))[1],
        case
            when fill.fee_asset_id is not null or bool_or(c.fee_asset_id is not null)
                then (array_agg(c.fee order by c.correction_id desc)
                    filter (where c.fee is not null))[1]
        end,
        (array_agg(c.fee_asset_id order by c.correction_id desc)
            filter (where c.fee_asset_id is not null))[1]
    from chain as c
$correction_of$;

comment on function utl_private.correction_of(utl.fills, bigint[]) is
'What the corrections of a fill, but for those to be ignored, make of it together: whether the last
one is a bust, and the last value that an amendment gave to each column, null where none did. A fee
for which no asset is known, and a price that an inverse contract cannot have, do not count.';
