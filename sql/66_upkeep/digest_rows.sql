create or replace function utl_private.digest_rows(
    digested regclass, columns text[], out rows bigint, out digest text
)
language plpgsql
stable
set timezone = 'UTC'
set datestyle = 'ISO'
as $digest_rows$
begin
    execute format(
        $query$
            select
                count(*),
                encode(sha256(convert_to(format(
                    '%%s %%s %%s', count(*),
                    sum(('x' || encode(substr(h.hash, 1, 8), 'hex'))::bit(64)::bigint),
                    sum(('x' || encode(substr(h.hash, 9, 8), 'hex'))::bit(64)::bigint)
                ), 'UTF8')), 'hex')
            from %s as r
            cross join lateral sha256(convert_to(row(%s)::text, 'UTF8')) as h (hash)
        $query$,
        digested,
        (select string_agg(format('r.%I', c.name), ', ' order by c.place)
         from unnest(columns) with ordinality as c (name, place))
    ) into rows, digest;
end
$digest_rows$;

comment on function utl_private.digest_rows(regclass, text[]) is
'How many rows a table has, and a digest of those columns of them that does not depend on their
order: of the number and of two sums of 64 bits of the SHA-256 of each row''s text.';
