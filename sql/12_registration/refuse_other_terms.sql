create or replace function utl_private.refuse_other_terms(
    known utl.instruments, said utl.instruments
)
returns void
language plpgsql
immutable
as $refuse_other_terms$
begin
    if known is distinct from said then
        raise exception 'instrument % is there with other terms', known.instrument
        using
            errcode = '23U02',
            detail = (
                select string_agg(format('%s is %s, not %s', k.key, k.value, s.value), '; ')
                from jsonb_each_text(to_jsonb(known)) as k
                inner join jsonb_each_text(to_jsonb(said)) as s on k.key = s.key
                where k.value is distinct from s.value
            ),
            hint = 'Terms are part of booked figures and do not change: use another symbol.';
    end if;
end
$refuse_other_terms$;

comment on function utl_private.refuse_other_terms(utl.instruments, utl.instruments) is
'Raises 23U02 if an instrument is known with other terms than those given, and says which differ.';
