create or replace function utl.unsubscribe(subscriber text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $unsubscribe$
begin
    perform utl_private.subscriber_row(subscriber);
    delete from utl_private.subscribers as s where s.subscriber = unsubscribe.subscriber;
end
$unsubscribe$;

comment on function utl.unsubscribe(text) is
'Removes a subscriber, and how far he had come. 22U01: there is none of that name.';
