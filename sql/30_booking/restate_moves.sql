create or replace function utl_private.restate_moves(
    before utl.fills[],
    after utl.fills[],
    held utl_private.position_terms[],
    cause text,
    fact_ids bigint[] default null,
    marks utl_private.touched[] default null
)
returns void
language plpgsql
as $restate_moves$
declare
    _changed utl_private.position_terms[] := array(
        select h from unnest(held) as h
        where h.starts_at > '-infinity' or h.ends_at < 'infinity'
    );
    _carry bigint[];
    _starts_at timestamptz;
    _family text;
    _legs refcursor;
begin
    if cardinality(_changed) > 0 then
        _carry := utl_private.positions_to_carry(
            held, utl_private.touched_by(before, after) || marks
        );
    end if;
    -- What a costing carries over a change of its method is there only when the one before is.
    for _starts_at, _family in
        select distinct
            case when h.position_id = any(_carry) then h.starts_at else '-infinity' end,
            utl_private.restated_family(h)
        from unnest(held) as h
        order by 1, 2
    loop
        open _legs no scroll for
            select l.*
            from utl_private.move_legs(
                before, after, marks,
                array(
                    select h from unnest(held) as h
                    where
                        utl_private.restated_family(h) = _family
                        and _starts_at = case
                            when h.position_id = any(_carry) then h.starts_at else '-infinity'
                        end
                ),
                _starts_at
            ) as l
            order by l.position_id, l.effective_at, l.sequence, l.fill_id;
        perform utl_private.restate(_legs, _family, cause, fact_ids, _changed);
        close _legs;
        perform utl_private.drop_bare_carries(held, cause, fact_ids);
    end loop;
end
$restate_moves$;

comment on function utl_private.restate_moves(
    utl.fills[], utl.fills[], utl_private.position_terms[], text, bigint[], utl_private.touched[]
) is
'Takes back fills as they were booked before, and books them as they are to count after, in the
positions held; one that is only in before goes. marks say where transactions were or are. Each
position is restated once, from the earliest place concerned; one that carries over what a method
before left, if that changes, from its start.';
