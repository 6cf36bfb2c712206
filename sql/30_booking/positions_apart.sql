create or replace function utl_private.positions_apart(
    held utl_private.position_terms[], touched utl_private.touched[]
)
returns bigint[]
language plpgsql
stable
as $positions_apart$
declare
    _position utl_private.position_terms;
    _fills utl_private.touched;
    _last_at timestamptz;
    _apart bigint[] := utl_private.positions_to_carry(held, touched);
begin
    foreach _position in array held loop
        if _position.family = 'deferred' then
            _apart := array_append(_apart, _position.position_id);
        end if;
        continue when _position.by_arrival
            or (cardinality(touched) > 8 and not _position.has_transactions);
        _last_at := _position.last_effective_at;
        if _position.has_transactions then
            _last_at := greatest(
                _last_at, utl_private.last_transaction_at(_position) + interval '1 microsecond'
            );
        end if;
        foreach _fills in array touched loop
            if _fills.first_at < _last_at
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
before left, those of costings that are being built, and, those for which a fill is late, be it by a
transaction that has left no entry, like a split of nothing. What is
late by its sequence alone, the fold finds.';
