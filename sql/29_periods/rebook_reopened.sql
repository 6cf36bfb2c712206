create or replace function utl_private.rebook_reopened(
    book_id integer, open_from timestamptz, fact_id bigint
)
returns void
language plpgsql
as $rebook_reopened$
declare
    _before utl.fills[];
    _after utl.fills[];
begin
    with reopened as (
        select p.of_fill_id
        from utl_private.prior_period_bookings as p
        where p.book_id = rebook_reopened.book_id
        group by p.of_fill_id
        having min(least(p.executed_at, p.belongs_at)) >= open_from
    ),

    gone as (
        delete from utl_private.prior_period_bookings as p
        using reopened as r
        where p.of_fill_id = r.of_fill_id
        returning p.*
    )

    select
        array_agg(utl_private.as_fill(g)),
        utl_private.correct_fills((
            select array_agg(f)
            from (select distinct n.account_id, n.venue_fill_id from gone as n) as n
            inner join utl_private.fill_keys as k
                on n.account_id = k.account_id and n.venue_fill_id = k.venue_fill_id
            inner join utl.fills as f
                on k.executed_at = f.executed_at and k.fill_id = f.fill_id
        ))
    into _before, _after
    from gone as g;
    if _before is not null then
        perform utl_private.restate_moves(
            _before, _after,
            utl_private.lock_positions(utl_private.touched_by(_before, _after)),
            'reopening', array[fact_id]
        );
        perform utl_private.book_inventories(
            _before, _after, null, null, 'reopening', array[fact_id]
        );
    end if;
end
$rebook_reopened$;

comment on function utl_private.rebook_reopened(integer, timestamptz, bigint) is
'Books at their own times the fills that a closed period kept from it.';
