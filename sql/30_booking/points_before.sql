create or replace function utl_private.points_before(points utl_private.leg[])
returns utl_private.leg[]
language plpgsql
stable
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
set enable_sort = off -- a kept plan must not sort a history of which it wants the last row
as $points_before$
declare
    _latest timestamptz := (select max(p.effective_at) from unnest(points) as p);
    -- Nearly always it is found in the month before; other partitions then stay unopened.
    _since timestamptz := (
        select min(p.effective_at) - interval '31 days' from unnest(points) as p
    );
    _found utl_private.leg[];
begin
    loop
        _found := array(
            select row(
                p.position_id, p.book_id, p.method, p.effective_at, p.sequence, p.fill_id,
                p.quantity, p.amount, p.fee, p.rank,
                coalesce(l.quantity_after, 0), coalesce(l.cost_after, 0),
                coalesce(l.realized_pnl_after, 0), coalesce(l.fees_after, 0),
                case
                    when l.quantity_after = 0 then null
                    when p.position_opened_at < p.effective_at then p.position_opened_at
                    else (
                        select o.effective_at
                        from utl_private.entries as o
                        where
                            o.position_id = p.position_id
                            and o.effective_at between _since and _latest
                            and (o.effective_at, o.sequence, o.fill_id)
                            <= (l.effective_at, l.sequence, l.fill_id)
                            and o.quantity = o.quantity_after
                        order by o.effective_at desc
                        limit 1
                    )
                end,
                coalesce(l.effective_at, '-infinity'),
                coalesce(l.sequence, 0), coalesce(l.fill_id, 0),
                p.rule, p.lot_id, p.lot_opened_at, p.lot_sequence, p.origin_id,
        p.chosen_quantity, p.place
            )::utl_private.leg
            from unnest(points) with ordinality as p
            left join lateral (
                select e.*
                from utl_private.entries as e
                where
                    e.position_id = p.position_id
                    and e.effective_at between _since and _latest
                    and (e.effective_at, e.sequence, e.fill_id)
                    < (p.effective_at, p.sequence, p.fill_id)
                order by e.effective_at desc, e.sequence desc, e.fill_id desc, e.part desc
                limit 1
            ) as l on true
            order by p.ordinality
        );
        exit when _since = '-infinity' or not exists (
            select from unnest(_found) as f
            where
                f.last_effective_at = '-infinity'
                or (f.position_quantity <> 0 and f.position_opened_at is null)
        );
        _since := '-infinity';
    end loop;
    return _found;
end
$points_before$;

comment on function utl_private.points_before(utl_private.leg[]) is
'The points of a restatement with the state of each position just before its own: quantity, cost,
realized PnL and fees, the key of its last entry there, and when the run it is in was opened. That
is the run which is open now, if it already was then, else the last entry before the point that
started from flat.';
