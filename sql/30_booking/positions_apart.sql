create or replace function utl_private.positions_apart(
    held utl_private.position_terms[], touched utl_private.touched[]
)
returns bigint[]
language plpgsql
immutable
as $positions_apart$
declare
    _position utl_private.position_terms;
    _fills utl_private.touched;
    _apart bigint[] := utl_private.positions_to_carry(held, touched);
begin
    foreach _position in array held loop
        if _position.family = 'deferred'
            -- Transactions may be there that came before the position.
            or (_position.has_transactions and _position.last_effective_at = '-infinity')
        then
            _apart := array_append(_apart, _position.position_id);
        end if;
        continue when cardinality(touched) > 8 or _position.by_arrival;
        foreach _fills in array touched loop
            if _fills.first_at < _position.last_effective_at
                and _fills.book_id = _position.book_id
                and _fills.instrument_id = _position.instrument_id
                and _position.account_id in (0, _fills.account_id)
            then
                _apart := array_append(_apart, _position.position_id);
                exit;
            end if;
        end loop;
    end loop;
    if cardinality(touched) > 8 then
        _apart := _apart || array(
            select h.position_id
            from unnest(held) as h
            inner join unnest(touched) as t
                on h.book_id = t.book_id and h.instrument_id = t.instrument_id
            where
                h.account_id in (0, t.account_id)
                and t.first_at < h.last_effective_at and not h.by_arrival
        );
    end if;
    return _apart;
end
$positions_apart$;

comment on function utl_private.positions_apart(
    utl_private.position_terms[], utl_private.touched[]
) is
'Which of the positions held are not booked at their end: those that carry over what a method
before left, those of costings that are being built,
those that are new and have transactions, and, those for which a fill is late. What is
late by its sequence alone, the fold finds.';
