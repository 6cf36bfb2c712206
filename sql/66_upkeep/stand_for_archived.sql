create or replace function utl_private.stand_for_archived(facts text, up_to timestamptz)
returns void
language plpgsql
as $stand_for_archived$
declare
    _stand_in text := facts || '_archived';
begin
    execute format('drop table if exists utl_private.%I', _stand_in);
    if up_to is not null then
        perform utl_private.add_partition(('utl.' || facts)::regclass, _stand_in, null, up_to);
        perform utl_private.refuse_rows(_stand_in, facts);
    end if;
end
$stand_for_archived$;

comment on function utl_private.stand_for_archived(text, timestamptz) is
'Puts an empty partition that refuses every row in the place of all months before a time; null:
takes it away.';
