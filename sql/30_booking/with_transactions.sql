create or replace function utl_private.with_transactions(
    restatement_id bigint,
    points utl_private.leg[],
    new_legs utl_private.leg[],
    moves utl_private.move[]
)
returns utl_private.leg[]
language sql
stable
as $with_transactions$
    with terms as (
        select t::utl_private.position_terms as held, p as point
        from unnest(points) as p
        inner join utl_private.position_terms as t on p.position_id = t.position_id
    ),

    undone as (
        select l::utl_private.leg as leg
        from utl_private.undone_fills(
            with_transactions.restatement_id, array(select t.held from terms as t)
        ) as l
        where (l.position_id, l.fill_id) not in (
            select n.position_id, n.fill_id from unnest(new_legs) as n
        )
    ),

    fills as (
        select n::utl_private.leg as leg from unnest(new_legs) as n
        union all
        select u.leg from undone as u
    ),

    legs as (
        select f.leg
        from fills as f
        where not exists (
            select
            from terms as t
            inner join utl_private.chosen_lots as c
                on c.fill_id = (f.leg).fill_id and c.instrument_id = (t.held).instrument_id
            where
                (t.held).position_id = (f.leg).position_id and (t.held).method <> 'wac'
                and (f.leg).quantity <> 0
        )
        union all
        select k::utl_private.leg
        from fills as f
        inner join terms as t
            on (t.held).position_id = (f.leg).position_id and (t.held).method <> 'wac'
        inner join utl_private.chosen_lots as c
            on c.fill_id = (f.leg).fill_id and c.instrument_id = (t.held).instrument_id
        cross join lateral utl_private.chosen_parts(f.leg, c.lots) as k
        where (f.leg).quantity <> 0
        union all
        select l::utl_private.leg
        from terms as t
        cross join lateral utl_private.later_transactions(t.held, t.point) as x
        cross join lateral utl_private.transaction_legs(row(x.*)::utl.transactions, t.held) as l
        where
            (l.effective_at, l.sequence, l.fill_id)
            >= ((t.point).effective_at, (t.point).sequence, (t.point).fill_id)
            and not exists (
                select from unnest(moves) as m
                where m.transaction_id = l.fill_id and m.to_position_id = l.position_id
            )
    )

    select array_agg(l.leg) from legs as l
$with_transactions$;

comment on function utl_private.with_transactions(
    bigint, utl_private.leg[], utl_private.leg[], utl_private.move[]
) is
'The new legs of a restatement with all that does not come back from what it superseded: the legs of
the transactions from its points on, but for what the moves bring, and the fills that have chosen
their lots, in parts.';
