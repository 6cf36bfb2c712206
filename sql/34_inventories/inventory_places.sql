create or replace function utl_private.inventory_places(of_fact_ids bigint[])
returns table (
    fact_id bigint, booked_id bigint, book_id integer, instrument_id integer,
    booked_at timestamptz, is_fill boolean, is_closed boolean
)
language sql
stable
as $inventory_places$
    with booked as (
        select f.fact_id, f.fact_id as booked_id
        from unnest(of_fact_ids) as f (fact_id)
        union
        select p.of_fill_id, p.fill_id
        from utl_private.prior_period_bookings as p
        where p.of_fill_id = any(of_fact_ids)
    ),

    places as (
        select k.*, v.book_id, v.instrument_id, v.executed_at as booked_at, true as is_fill
        from booked as k
        inner join utl_private.inventory_fills as v on k.booked_id = v.fill_id
        union all
        select k.*, v.book_id, v.instrument_id, v.occurred_at, v.of_kind = 'fill'
        from booked as k
        inner join utl_private.inventory_transactions as v on k.booked_id = v.transaction_id
    )

    select p.*, p.booked_at < b.closed_up_to
    from places as p
    inner join utl_private.books as b on p.book_id = b.book_id
$inventory_places$;

comment on function utl_private.inventory_places(bigint[]) is
'Where facts are booked in inventories: as the fact, or, with another id, as what is booked for a
fill of a closed period; and whether that is in a closed period.';
