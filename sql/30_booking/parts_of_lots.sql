create or replace function utl_private.parts_of_lots(
    state utl_private.outcome, leg utl_private.leg, lots utl_private.open_lots[]
)
returns utl_private.outcome[]
language plpgsql
immutable
as $parts_of_lots$
declare
    _last integer := array_upper(lots, 1);
    _parts utl_private.outcome[] := array[]::utl_private.outcome[];
begin
    if leg.chosen_quantity is not null then
        if lots[0].quantity * leg.quantity < 0 then
            _parts[0] := utl_private.chosen_part(state, leg, lots[0]);
        end if;
    else
        leg.position_cost := state.cost_after;
        for i in 1.._last loop
            state := utl_private.rescale_part(state, leg, lots[i], i = _last);
            _parts[i] := state;
        end loop;
    end if;
    return _parts;
end
$parts_of_lots$;

comment on function utl_private.parts_of_lots(
    utl_private.outcome, utl_private.leg, utl_private.open_lots[]
) is
'The entries of a leg that is about certain lots, each at the place of its lot: all of them from 1
on for a split or a spin-off, the one in place 0 if it has chosen that.';
