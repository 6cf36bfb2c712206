create or replace function utl_private.subscriber_row(subscriber text)
returns utl_private.subscribers
language plpgsql
stable
as $subscriber_row$
declare
    _row utl_private.subscribers;
begin
    select s.* into _row
    from utl_private.subscribers as s
    where s.subscriber = subscriber_row.subscriber;
    if not found then
        raise exception 'unknown subscriber %', coalesce(quote_literal(subscriber), 'null')
        using
            errcode = '22U01',
            detail = format(
                'Known are %s.',
                coalesce((
                    select string_agg(quote_literal(s.subscriber), ', ' order by s.subscriber)
                    from utl_private.subscribers as s
                ), 'none')
            ),
            hint = 'utl.subscribe adds one.';
    end if;
    return _row;
end
$subscriber_row$;

comment on function utl_private.subscriber_row(text) is
'A subscriber by name. 22U01: there is none of that name.';
