create or replace function utl_private.restate_moves(
    before utl.fills[],
    after utl.fills[],
    held utl_private.position_terms[],
    cause text,
    fact_ids bigint[] default null
)
returns void
language plpgsql
as $restate_moves$
declare
    _carry bigint[] := utl_private.positions_apart(
        held, utl_private.touched_by(before, after)
    );
    _starts_at timestamptz;
    _family text;
    _legs refcursor;
begin
    -- What a costing carries over a change of its method is there only when the one before is.
    for _starts_at, _family in
        select distinct
            case when h.position_id = any(_carry) then h.starts_at else '-infinity' end,
            h.family
        from unnest(held) as h
        order by 1, 2
    loop
        open _legs no scroll for
            with moves as (
                select b as fill, 0 as share from unnest(before) as b
                union all
                select a, 1 from unnest(after) as a
            ),

            concerned as (
                select h as position
                from unnest(held) as h
                where
                    h.family = _family
                    and _starts_at = case
                        when h.position_id = any(_carry) then h.starts_at else '-infinity'
                    end
            )

            select
                l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
                l.quantity * m.share, l.amount * m.share, l.fee * m.share, l.rank,
                l.position_quantity, l.position_cost, l.position_realized_pnl, l.position_fees,
                l.position_opened_at, l.last_effective_at, l.last_sequence, l.last_fill_id
            from moves as m
            inner join concerned as c
                on
                    (m.fill).book_id = (c.position).book_id
                    and (m.fill).instrument_id = (c.position).instrument_id
                    and (c.position).account_id in (0, (m.fill).account_id)
            cross join lateral utl_private.fill_leg(m.fill, c.position) as l
            union all
            select k.*
            from concerned as c
            cross join lateral utl_private.mark_leg(
                c.position, _starts_at - interval '1 microsecond'
            ) as k
            where _starts_at > '-infinity'
            order by position_id, effective_at, sequence, fill_id;
        perform utl_private.restate(_legs, _family, cause, fact_ids);
        close _legs;
        perform utl_private.drop_bare_carries(held);
    end loop;
end
$restate_moves$;

comment on function utl_private.restate_moves(
    utl.fills[], utl.fills[], utl_private.position_terms[], text, bigint[]
) is
'Takes back fills as they were booked before, and books them as they are to count after, in the
positions held; one that is only in before goes. Each position is restated once, from the earliest
place concerned; one that carries over what a method before left, if that changes, from its start.';
