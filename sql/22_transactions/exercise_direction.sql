create or replace function utl_private.exercise_direction(instrument text, option_right text)
returns integer
language plpgsql
immutable
as $exercise_direction$
declare
    _right text := coalesce(
        lower(option_right),
        case substring(instrument from '-([CP])$') when 'C' then 'call' when 'P' then 'put' end
    );
begin
    if coalesce(_right not in ('call', 'put'), true) then
        raise exception 'it is not known whether % is a call or a put', instrument
        using
            errcode = '22U08',
            detail = format('option_right is %s.', coalesce(option_right, 'null')),
            hint = 'Give option_right, or a symbol like BTC/USDT:USDT-261225-100000-C.';
    end if;
    return case _right when 'call' then 1 else -1 end;
end
$exercise_direction$;

comment on function utl_private.exercise_direction(text, text) is
'1 for a call, whose exercise buys, and -1 for a put. 22U08: neither symbol nor option_right says.';
