create or replace function utl_private.find_resent_fills(checked utl_private.checked_fill[])
returns utl_private.checked_fill[]
language plpgsql
as $find_resent_fills$
declare
    _suspect record;
    _known record;
    _is_same boolean;
begin
    for _suspect in
        with matched as (
            select
                c.*, k.fill_id as known_id, k.executed_at as known_at, k.content_digest as known_digest,
                count(*) over same_fill as copies,
                row_number() over (same_fill order by c.place) as nth
            from (select u.*, row_number() over () as place from unnest(checked) as u) as c
            -- With limit the planner can only look each key up: it never reads the whole table.
            left join lateral (
                select f.fill_id, f.executed_at, f.content_digest
                from utl_private.fill_keys as f
                where f.account_id = c.account_id and f.venue_fill_id = c.venue_fill_id
                limit 1
            ) as k on true
            where c.outcome = 'booked'
            window same_fill as (partition by c.venue_fill_id, c.account_id)
        )

        select
            m.place, m.nth, m.known_id, m.known_at, m.known_digest,
            m.fill_id, m.executed_at,
            utl_private.fill_digest((
                m.fill_id, m.executed_at, null, m.sequence, m.book_id, m.account_id,
                m.instrument_id, m.fee_asset_id, m.side, m.quantity, m.price, m.fee,
                m.liquidity, m.venue_fill_id, m.venue_order_id
            )::utl.fills) as digest
        from matched as m
        where m.copies > 1 or m.known_id is not null
        order by m.venue_fill_id, m.account_id, m.place
    loop
        if _suspect.nth = 1 then        -- what is there, or comes first, is what others must agree with
            _known := _suspect;
            continue when _known.known_id is null;
            _known.fill_id := _known.known_id;
            _known.executed_at := _known.known_at;
            _known.digest := _known.known_digest;
        end if;
        _is_same := _suspect.digest = _known.digest
            and abs(extract(epoch from _suspect.executed_at - _known.executed_at)) <= 1;
        checked[_suspect.place].outcome := 'duplicate';
        if not _is_same then
            checked[_suspect.place].outcome := 'conflict';
            checked[_suspect.place].sqlstate := '23U03';
            checked[_suspect.place].reason := format('fill %s says otherwise', _known.fill_id);
        end if;
        checked[_suspect.place].fill_id := _known.fill_id;
        checked[_suspect.place].content_digest := _suspect.digest;
    end loop;
    return checked;
end
$find_resent_fills$;

comment on function utl_private.find_resent_fills(utl_private.checked_fill[]) is
'Marks the fills that are there already, or that came earlier among these: as duplicate if they say
the same and their times are within one second (feeds report one fill with different precision),
else as conflict. Their fill_id becomes that of the fill that is there.';
