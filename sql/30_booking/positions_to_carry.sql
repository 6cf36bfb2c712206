create or replace function utl_private.positions_to_carry(
    held utl_private.position_terms[], touched utl_private.touched[]
)
returns bigint[]
language plpgsql
stable
as $positions_to_carry$
declare
    _position utl_private.position_terms;
    _fills utl_private.touched;
    _is_concerned boolean;
    _carry bigint[] := array[]::bigint[];
begin
    foreach _position in array held loop
        continue when _position.starts_at = '-infinity';
        foreach _fills in array touched loop
            continue when _position.book_id <> _fills.book_id
                or _position.instrument_id <> _fills.instrument_id
                or _position.account_id not in (0, _fills.account_id);
            if _position.last_effective_at = '-infinity' then
                _is_concerned := _position.ends_at > _fills.first_at
                    and _position.starts_at <= greatest(
                        _fills.last_at, _position.closed_up_to,
                        case
                            when _position.has_transactions
                                then utl_private.last_transaction_at(_position)
                        end
                    );
            else
                _is_concerned := _position.starts_at > _fills.first_at;
            end if;
            if _is_concerned then
                _carry := array_append(_carry, _position.position_id);
                exit;
            end if;
        end loop;
    end loop;
    return _carry;
end
$positions_to_carry$;

comment on function utl_private.positions_to_carry(
    utl_private.position_terms[], utl_private.touched[]
) is
'Which of the positions held have to carry over what a method before left: they get their first
facts, or what they start with while transactions of their own wait for that, such as a split, or
something changes before their start.';
