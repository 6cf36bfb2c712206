create or replace function utl_private.quote_shortly(written text)
returns text
language sql
immutable
parallel safe
as $quote_shortly$
    select quote_literal(left(written, 60)) || case when length(written) > 60 then '…' else '' end
$quote_shortly$;

comment on function utl_private.quote_shortly(text) is
'A text in quotes, for a message; of a long one the first 60 characters.';
