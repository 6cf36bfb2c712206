create or replace function utl.verify_stream(
    from_change_id bigint default 0, to_change_id bigint default null
)
returns table (position_id bigint, change_id bigint, version bigint, expected_version bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $verify_stream$
    select n.position_id, n.change_id, n.version, n.last_version + 1
    from (
        select
            h.position_id, h.change_id, h.version,
            lag(h.version) over (partition by h.position_id order by h.change_id) as last_version
        from utl_private.position_changes as h
        where
            h.change_id > from_change_id
            and h.change_id <= coalesce(
                to_change_id, (select w.safe_change_id from utl_private.watermarks as w)
            )
    ) as n
    where n.version <> n.last_version + 1
$verify_stream$;

comment on function utl.verify_stream(bigint, bigint) is
'Proves the stream between two changes (null: up to the watermark): the versions of each position
follow one another, in the order of change_id, without a gap. Returns a row where they do not.';
