create or replace function utl_private.refuse_rows(partition text, facts text)
returns void
language plpgsql
as $refuse_rows$
begin
    execute format(
        'create trigger t20_refuse_archived before insert on utl_private.%I '
        'for each row execute function utl_private.refuse_archived(%L, %L)',
        partition, utl_private.time_of(facts), facts
    );
end
$refuse_rows$;

comment on function utl_private.refuse_rows(text, text) is
'Makes a partition of fills or prices refuse every row: 55U06.';
