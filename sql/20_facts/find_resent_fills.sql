create or replace function utl_private.find_resent_fills(checked utl_private.checked_fill[])
returns utl_private.checked_fill[]
language plpgsql
as $find_resent_fills$
declare
    _row record;
    _fill utl_private.checked_fill;
    _digest bytea;
    _known_id bigint;
    _known_at timestamptz;
    _known_digest bytea;
begin
    for _row in
        select m.*
        from (
            select
                c.place, c.position, c.account_id, c.venue_fill_id,
                k.fill_id as known_id, k.executed_at as known_at,
                k.content_digest as known_digest,
                count(*) over same_fill as copies,
                row_number() over (same_fill order by c.place) as nth
            from (
                select
                    u.place, u.outcome, u.account_id, u.venue_fill_id,
                    row_number() over () as position
                from unnest(checked) as u
            ) as c
            -- With limit the planner can only look each key up: it never reads the whole table.
            left join lateral (
                select f.fill_id, f.executed_at, f.content_digest
                from utl_private.fill_keys as f
                where f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
                limit 1
            ) as k on true
            where c.outcome = 'booked'
            window same_fill as (partition by c.venue_fill_id, c.account_id)
        ) as m
        where m.copies > 1 or m.known_id is not null
        order by m.venue_fill_id, m.account_id, m.place
    loop
        _fill := checked[_row.position];
        _digest := utl_private.checked_digest(_fill);
        if _row.nth = 1 then            -- what is there, or comes first, is what the others resend
            _known_id := coalesce(_row.known_id, _fill.fill_id);
            _known_at := coalesce(_row.known_at, _fill.executed_at);
            _known_digest := coalesce(_row.known_digest, _digest);
            continue when _row.known_id is null;
        end if;
        checked[_row.position].fill_id := _known_id;
        checked[_row.position].content_digest := _digest;
        if _digest = _known_digest
            and abs(extract(epoch from _fill.executed_at - _known_at)) <= 1
        then
            checked[_row.position].outcome := 'duplicate';
        else
            checked[_row.position].outcome := 'conflict';
            checked[_row.position].sqlstate := '23U03';
            checked[_row.position].reason := format('fill %s says otherwise', _known_id);
        end if;
    end loop;
    return checked;
end
$find_resent_fills$;

comment on function utl_private.find_resent_fills(utl_private.checked_fill[]) is
'Marks the fills that are there already, or that came earlier among these: as duplicate if they say
the same and their times are within one second (feeds report one fill with different precision),
else as conflict. Their fill_id becomes that of the fill that is there.';
