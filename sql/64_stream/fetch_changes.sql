create or replace function utl.fetch_changes(subscriber text, max_changes integer default 1000)
returns setof utl.position_changes
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan    -- to plan takes four times as long as to fetch
set enable_bitmapscan = off             -- in order of change_id, as far as asked for
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
set enable_sort = off
as $fetch_changes$
declare
    _asking utl_private.subscribers := utl_private.subscriber_row(subscriber);
    _safe bigint;
    -- To start a scan of every partition takes longer than to fetch. A day is room enough for what
    -- was drawn before and written after it, and for a clock that was put right.
    _since timestamptz := least(_asking.acknowledged_at, clock_timestamp()) - interval '1 day';
    _until timestamptz := clock_timestamp() + interval '1 day';
begin
    perform utl_private.require_incarnation(_asking);
    _safe := utl.tick();
    _asking.book_ids := utl_private.subtrees_of(_asking.book_ids);
    if _asking.fetched_at is null or _asking.fetched_at < clock_timestamp() - interval '1 second'
    then
        update utl_private.subscribers as s set fetched_at = clock_timestamp()
        where s.subscriber = _asking.subscriber;
    end if;
    return query
    select v.*
    from (
        select w.change_id, w.changed_at
        from utl_private.wanted_changes(_asking, _safe) as w
        where w.changed_at > _since and w.changed_at < _until
        order by w.change_id
        limit max_changes
    ) as w
    inner join utl.position_changes as v
        on w.change_id = v.change_id and w.changed_at = v.changed_at
    where v.changed_at > _since and v.changed_at < _until
    order by w.change_id;
    perform utl_private.require_kept(_asking);  -- last: they may be dropped as this begins
end
$fetch_changes$;

comment on function utl.fetch_changes(text, integer) is
'The next changes that a subscriber wants, at most so many, in order of change_id: after the one
that he acknowledged last, up to the watermark, which it moves where nobody else does (utl.tick).
Fetching again gives the same again; utl.acknowledge goes on. Keep the transaction that fetches
short: until it ends nobody else moves the watermark. 22U01: unknown subscriber; 55U05: the
server was restored or promoted since he came that far, or changes that he wants were dropped.';
