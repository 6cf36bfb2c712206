create or replace function utl_private.with_reached(
    points utl_private.leg[], is_building boolean
)
returns utl_private.leg[]
language plpgsql
as $with_reached$
declare
    _reached utl_private.leg[];
begin
    -- In their state of now: another restatement of this statement may have reached them.
    points := array(
        select m
        from unnest(points) as p
        inner join utl_private.position_terms as h on p.position_id = h.position_id
        cross join lateral utl_private.mark_leg(h, p.effective_at, p.sequence, p.fill_id) as m
    );
    loop
        select array_agg(r.mark) into _reached
        from (
            select distinct on (h.position_id) k as mark
            from utl_private.moves_after(points) as m
            inner join utl_private.position_terms as s on m.from_position_id = s.position_id
            inner join utl_private.position_terms as h on m.to_position_id = h.position_id
            cross join lateral utl_private.mark_leg(
                h, m.effective_at, m.sequence, m.transaction_id
            ) as k
            left join unnest(points) as p on h.position_id = p.position_id
            where
                utl_private.is_restated_with(h, s.book_id, is_building)
                and (
                    p.position_id is null
                    or (m.effective_at, m.sequence, m.transaction_id)
                    < (p.effective_at, p.sequence, p.fill_id)
                )
            order by h.position_id, m.effective_at, m.sequence, m.transaction_id
        ) as r;
        exit when _reached is null;
        points := _reached || array(
            select p from unnest(points) as p
            where p.position_id <> all(array(select r.position_id from unnest(_reached) as r))
        );
    end loop;
    return points;
end
$with_reached$;

comment on function utl_private.with_reached(utl_private.leg[], boolean) is
'Points, with those of the positions to which lots move from them, directly or by way of others:
each the first place at which something may be another.';
