create or replace function utl.retry_rejected_fills(source text default null)
returns table (
    rejected_fill_id bigint, outcome text, fill_id bigint, sqlstate text, reason text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $retry_rejected_fills$
declare
    _batch constant integer := 10000;
    _last bigint := 0;
    _incoming utl_private.incoming_fill[];
begin
    loop
        select
            max(k.rejected_fill_id),
            array_agg(
                jsonb_populate_record(
                    null::utl_private.incoming_fill,
                    k.content
                    || jsonb_build_object(
                        'place', k.rejected_fill_id, 'source', k.source, 'line', k.line,
                        'raw', k.raw
                    )
                ) order by k.rejected_fill_id
            )
        into _last, _incoming
        from (
            select r.*
            from utl_private.rejected_fills as r
            where
                r.rejected_fill_id > _last
                and r.resolved_at is null and r.content is not null and r.fact = 'fill'
                and (
                    retry_rejected_fills.source is null
                    or r.source = retry_rejected_fills.source
                )
            order by r.rejected_fill_id
            limit _batch
            for update
        ) as k;
        exit when _last is null;
        return query
        select
            c.place, c.outcome, case when c.outcome <> 'rejected' then c.fill_id end,
            c.sqlstate, c.reason
        from unnest(utl_private.record_incoming(_incoming)) as c
        order by c.place;
    end loop;
    return query
    select f.*
    from unnest(array['transaction', 'statement']) as k (kind)
    cross join lateral utl_private.retry_rejected_facts(
        k.kind, retry_rejected_fills.source
    ) as f;
end
$retry_rejected_fills$;

comment on function utl.retry_rejected_fills(text) is
'Sends the rejected rows that are not resolved through again, those of one source or all: after an
instrument was added, say. Returns what became of each, as utl.record_fills does; a row that is
booked, a duplicate or a conflict is resolved, any other stays with its newest reason. Rows that
could not be read at all are left out: only their file can be mended. Of a transaction
or a line of a statement fill_id is its own id.';
