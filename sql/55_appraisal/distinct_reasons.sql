create or replace function utl_private.distinct_reasons(reasons text[])
returns text
language sql
immutable
strict
parallel safe
return (select string_agg(distinct r.reason, '; ') from unnest(reasons) as r (reason));

comment on function utl_private.distinct_reasons(text[]) is
'Reasons, each once, in one line; null without any. Not an aggregate with distinct, which would have
all lines sorted for the few that have a reason.';
