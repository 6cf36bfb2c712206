create or replace function utl.subscribe(
    subscriber text,
    books text[] default null,
    instruments text[] default null,
    causes text[] default null,
    costings text default 'primary',
    starts text default 'now'
)
returns utl.subscribers
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $subscribe$
declare
    _known text[] := array[
        'fill', 'late fill', 'transaction', 'bust', 'amendment', 'choice', 'rate', 'costing',
        'reopening', 'rebuild'
    ];
    _row utl.subscribers;
begin
    if starts is null or starts not in ('now', 'oldest') then
        raise exception 'a subscription cannot start at %', coalesce(quote_literal(starts), 'null')
        using
            errcode = '22U06',
            detail = format('Subscriber %s.', subscriber),
            hint = 'Give now, or oldest: the oldest change that is kept.';
    end if;
    if not causes <@ _known then
        raise exception 'position changes have no cause %', (
            select string_agg(quote_nullable(c), ', ') from unnest(causes) as c
            where c <> all(_known) or c is null
        )
        using
            errcode = '22U06',
            detail = format('Subscriber %s.', subscriber),
            hint = format('There are %s.', array_to_string(_known, ', '));
    end if;
    insert into utl_private.subscribers as s (
        subscriber, incarnation, book_ids, instrument_ids, causes, costings, acknowledged_id,
        acknowledged_at
    )
    select
        subscribe.subscriber, utl_private.incarnation(),
        case when books is not null then array(
            select utl.book_id(b) from unnest(books) as b
        ) end,
        case when instruments is not null then array(
            select utl.instrument_id(i) from unnest(instruments) as i
        ) end,
        causes, costings,
        case starts when 'now' then utl_private.last_change_id() else 0 end,
        case starts when 'now' then clock_timestamp() else '-infinity' end
    on conflict on constraint subscribers_pkey do update
    set
        book_ids = excluded.book_ids, instrument_ids = excluded.instrument_ids,
        causes = excluded.causes, costings = excluded.costings;
    select s.* into _row from utl.subscribers as s where s.subscriber = subscribe.subscriber;
    return _row;
end
$subscribe$;

comment on function utl.subscribe(text, text[], text[], text[], text, text) is
'Adds a subscriber of the changes of positions, or changes what an old one wants; how far he has
come stays. books: these and all below them; instruments; causes, as in utl.position_changes; null
is all. costings: primary, or all. starts (of a new one): now, or oldest, with the oldest change
that is kept. 22U01: an unknown name; 22U06: another start or cause; 23514: costings are something
else, or the name is blank.
Returns his row of utl.subscribers.';
