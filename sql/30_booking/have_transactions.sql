create or replace function utl_private.have_transactions(points utl_private.leg[])
returns boolean
language sql
stable
as $have_transactions$
    select exists (
        select
        from utl_private.positions as p
        where
            p.position_id in (select t.position_id from unnest(points) as t)
            and p.has_transactions
    )
$have_transactions$;

comment on function utl_private.have_transactions(utl_private.leg[]) is
'Whether transactions, or choices of lots, concern any of the positions that are restated.';
