create or replace function utl_private.drop_bare_carries(
    held utl_private.position_terms[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $drop_bare_carries$
declare
    _position utl_private.position_terms;
    _bare utl_private.positions[];
begin
    foreach _position in array held loop
        continue when _position.starts_at = '-infinity';
        _bare := _bare || array(
            select p
            from utl_private.positions as p
            where
                p.position_id = _position.position_id
                and p.last_effective_at > '-infinity'
                and p.last_effective_at < _position.starts_at
        );
    end loop;
    if cardinality(_bare) > 0 then
        perform utl_private.throw_away(
            nextval('utl_private.restatement_ids'), _bare, clock_timestamp()
        );
        perform utl_private.log_changes(_bare, cause, fact_ids);
    end if;
end
$drop_bare_carries$;

comment on function utl_private.drop_bare_carries(
    utl_private.position_terms[], text, bigint[]
) is
'Leaves positions empty that are left with nothing but what a method before left: as long as no fact
comes after, it stands where it stood.';
