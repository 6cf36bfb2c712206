create or replace function utl_private.fills_of_month(
    month_start timestamptz, month_end timestamptz
)
returns setof utl.fills
language sql
stable
as $fills_of_month$
    select f.*
    from utl.fills as f
    where
        f.executed_at >= month_start and f.executed_at < month_end
        and not exists (
            select from utl.corrections as c
            where c.account_id = f.account_id and c.venue_fill_id = f.venue_fill_id
        )
    union all
    select f.*
    from unnest(utl_private.correct_fills(array(
        select f::utl.fills
        from utl.fills as f
        where
            f.executed_at >= month_start and f.executed_at < month_end
            and exists (
                select from utl.corrections as c
                where c.account_id = f.account_id and c.venue_fill_id = f.venue_fill_id
            )
    ))) as f
$fills_of_month$;

comment on function utl_private.fills_of_month(timestamptz, timestamptz) is
'The fills that were recorded for a month, as they count.';
