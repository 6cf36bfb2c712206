create or replace function utl.replay_differences(share numeric default 1)
returns table (
    book text, account text, instrument text, costing text,
    side text, fill_id bigint, part integer, line jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $replay_differences$
declare
    _family text;
    _positions bigint[];
begin
    foreach _family in array array['average', 'time', 'rank'] loop
        select array_agg(t.position_id) into _positions
        from utl_private.position_terms as t
        where
            t.family = _family and random() < replay_differences.share
            and not exists (
                select from utl_private.archived_flows as a
                where
                    a.book_id = t.book_id and a.instrument_id = t.instrument_id
                    and t.account_id in (0, a.account_id)
            );
        continue when _positions is null;

        return query
        with stored as materialized (
            select s.* from utl_private.booked_outcomes as s where s.position_id = any(_positions)
        ),

        replayed as materialized (
            select r.* from utl_private.replay(_positions, _family) as r
        ),

        differences as (
            select 'stored' as side, s.* from (table stored except all table replayed) as s
            union all
            select 'replayed', r.* from (table replayed except all table stored) as r
        )

        select
            u.book, u.account, u.instrument, u.costing,
            d.side, d.fill_id, d.part, to_jsonb(d) - 'side' - 'position_id'
        from differences as d
        inner join utl_private.position_figures as u on d.position_id = u.position_id
        order by u.position_id, d.effective_at, d.fill_id, d.part, d.side;
    end loop;
end
$replay_differences$;

comment on function utl.replay_differences(numeric) is
'Replays a share of the positions (1: all of them, 0.1: a tenth, by chance) from the facts and
returns each entry and final state in which the replay differs from what is stored: side stored or
replayed, part null for a position''s final state. No rows from a ledger that is right.
Positions that have archived fills are left out: nothing is there to replay them from. Run it while
nothing is being booked, or in a repeatable read transaction.';
