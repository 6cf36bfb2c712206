create or replace function utl.instrument_id(instrument text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $instrument_id$
declare
    _instrument_id integer;
begin
    select t.instrument_id into _instrument_id
    from utl_private.instruments as t
    where t.instrument = instrument_id.instrument;
    if not found then
        perform utl_private.refuse_name(
            'instrument', instrument_id.instrument,
            array(select t.instrument from utl_private.instruments as t)
        );
    end if;
    return _instrument_id;
end
$instrument_id$;

comment on function utl.instrument_id(text) is
'The id of the instrument of that name. 22U01 if there is none; the hint has the nearest known
names.';
