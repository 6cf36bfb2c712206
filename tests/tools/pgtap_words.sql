-- Words for the pgTAP suite, in the schema tap: what happens is told, and what comes of it is read
-- back, as one line of text each, so that a worked example reads like one. Fills are called by
-- their venue_fill_id. Times of day are those of 2026-01-05, UTC.

create procedure tap.trade(
    blotter text,
    book text default 'desk',
    instrument text default 'BTC/USD',
    account text default 'main'
)
language sql
as $trade$
    with said as (
        select
            l.place,
            regexp_match(
                l.line,
                '^\s*(\S+) +(\S+) +(buy|sell) +(\S+) @ (\S+)'
                '(?: +fee (\S+) (\S+))?(?: +seq (\S+))?(?: +in (\S+))?\s*$'
            ) as f
        from regexp_split_to_table(blotter, '\n') with ordinality as l (line, place)
        where l.line ~ '\S'
    )

    insert into utl.fills (
        venue_fill_id, executed_at, side, quantity, price, fee, fee_asset_id, sequence,
        book_id, account_id, instrument_id
    )
    select
        s.f[1],
        ('2026-01-05 ' || s.f[2] || 'Z')::timestamptz,
        s.f[3],
        s.f[4]::numeric,
        s.f[5]::numeric,
        coalesce(s.f[6]::numeric, 0),
        case when s.f[7] is not null then utl.asset_id(s.f[7]) end,
        coalesce(s.f[8]::bigint, 0),
        utl.book_id(trade.book),
        utl.account_id(coalesce(s.f[9], trade.account)),
        utl.instrument_id(trade.instrument)
    from said as s
    order by s.place
$trade$;

comment on procedure tap.trade (text, text, text, text) is
'Records fills in one statement, in the order of the lines. A line says
  name time buy|sell quantity @ price [fee amount asset] [seq n] [in account]';

create function tap.fill_name(fill_id bigint)
returns text
language sql
stable
as $fill_name$
    select f.venue_fill_id from utl.fills as f where f.fill_id = fill_name.fill_id
$fill_name$;

create function tap.stand(
    costing text, book text default 'desk', instrument text default 'BTC/USD'
)
returns text
language sql
stable
as $stand$
    select string_agg(
        coalesce(u.account || ': ', '') || format(
            '%s at %s cost %s, realized %s, fees %s, net %s',
            u.quantity, coalesce(u.average_cost::text, '-'), u.cost, u.realized_pnl, u.fees,
            u.net_pnl
        ),
        '; ' order by u.account
    )
    from utl.unit_costs as u
    where (u.costing, u.book, u.instrument) = ($1, $2, $3)
$stand$;

comment on function tap.stand(text, text, text) is
'2 at 100 cost 200, realized 0, fees 0, net 0';

create function tap.opened(
    costing text, book text default 'desk', instrument text default 'BTC/USD'
)
returns text
language sql
stable
as $opened$
    select coalesce(to_char(u.opened_at at time zone 'UTC', 'HH24:MI'), 'flat') || ', version '
        || u.version
    from utl.unit_costs as u
    where (u.costing, u.book, u.instrument) = ($1, $2, $3)
$opened$;

comment on function tap.opened(text, text, text) is
'10:00, version 3';

create function tap.lots(
    costing text, book text default 'desk', instrument text default 'BTC/USD'
)
returns text
language sql
stable
as $lots$
    select string_agg(
        coalesce(o.account || ': ', '') || format(
            '%s %s at %s cost %s', tap.fill_name(o.fill_id), o.quantity, o.unit_cost, o.cost
        ),
        '; ' order by o.account, o.opened_at, tap.fill_name(o.fill_id)
    )
    from utl.open_lots as o
    where (o.costing, o.book, o.instrument) = ($1, $2, $3)
$lots$;

comment on function tap.lots(text, text, text) is
'a 1 at 100 cost 100; b 2 at 110 cost 220';

create function tap.matched(
    costing text, book text default 'desk', instrument text default 'BTC/USD'
)
returns text
language sql
stable
as $matched$
    select string_agg(
        format(
            '%s closes %s %s %s: %s - %s = %s',
            tap.fill_name(m.close_fill_id), m.quantity, m.direction, tap.fill_name(m.open_fill_id),
            m.proceeds, m.cost, m.realized_pnl
        ),
        '; ' order by m.closed_at, m.sequence, m.close_fill_id, m.part
    )
    from utl.lot_matches as m
    where (m.costing, m.book, m.instrument) = ($1, $2, $3)
$matched$;

comment on function tap.matched(text, text, text) is
'c closes 1 long a: 130 - 100 = 30';

create function tap.journal(
    costing text, book text default 'desk', instrument text default 'BTC/USD'
)
returns text
language sql
stable
as $journal$
    select string_agg(
        format(
            '%s%s %s %s realized %s after %s cost %s',
            tap.fill_name(e.fill_id), e.part, e.quantity, e.amount, e.realized_pnl,
            e.quantity_after, e.cost_after
        ),
        '; ' order by e.effective_at, e.sequence, e.fill_id, e.part
    )
    from utl.position_entries as e
    where (e.costing, e.book, e.instrument) = ($1, $2, $3)
$journal$;

comment on function tap.journal(text, text, text) is
'a1 2 200 realized 0 after 2 cost 200; b1 -1 -130 realized 30 after 1 cost 100';

create function tap.audit()
returns text
language sql
stable
as $audit$
    select coalesce(string_agg(a.finding, '; ' order by a.finding), 'sound')
    from (
        select format('%s finds %s', c.check_name, c.violations) as finding
        from utl.failed_checks() as c
        union all
        select format('replay of %s %s %s differs', r.book, r.instrument, r.costing)
        from utl.replay_differences(1) as r
        group by r.book, r.instrument, r.costing
    ) as a
$audit$;

comment on function tap.audit() is
'sound, or what the checks and a replay of everything find.';

create function tap.as_role(
    role_name text, statement text, search_path text default 'tap'
)
returns void
language plpgsql
as $as_role$
begin
    perform set_config('role', as_role.role_name, true);
    perform set_config('search_path', as_role.search_path, true);
    execute as_role.statement;
    perform set_config('search_path', 'tap', true);
    perform set_config('role', 'none', true);
end
$as_role$;

comment on function tap.as_role(text, text, text) is
'Runs a statement as another role, and in another search path if one is given.';

create procedure tap.bust(fill text, account text default 'main')
language sql
as $bust$
    select utl.bust_fill(account, fill)
$bust$;

create procedure tap.amend(
    fill text,
    quantity numeric default null,
    price numeric default null,
    fee numeric default null,
    fee_asset text default null,
    at text default null,
    account text default 'main'
)
language sql
as $amend$
    select utl.amend_fill(
        account, fill, quantity, price, fee, fee_asset,
        ('2026-01-05 ' || at || 'Z')::timestamptz
    )
$amend$;

create function tap.stood(
    costing text,
    as_of text default 'infinity',
    as_known timestamptz default 'infinity',
    book text default 'desk',
    instrument text default 'BTC/USD'
)
returns text
language sql
stable
as $stood$
    select string_agg(
        coalesce(p.account || ': ', '') || format(
            '%s at %s cost %s, realized %s, fees %s',
            p.quantity, coalesce(p.average_cost::text, '-'), p.cost, p.realized_pnl, p.fees
        ),
        '; ' order by p.account
    )
    from utl.position_at(
        stood.book, stood.instrument,
        case when as_of = 'infinity' then 'infinity' else ('2026-01-05 ' || as_of || 'Z') end
        ::timestamptz,
        as_known
    ) as p
    where p.costing = stood.costing
$stood$;

comment on function tap.stood(text, text, timestamptz, text, text) is
'2 at 100 cost 200, realized 0, fees 0: at a time of day, as known at a moment';

create function tap.told(reference text)
returns text
language sql
stable
as $told$
    select string_agg(
        concat_ws(
            ' ',
            t.kind, t.quantity, coalesce(t.instrument || coalesce(' ' || t.asset, ''), t.asset),
            'in ' || t.account, 'for ' || t.amount, 'fee ' || t.fee || ' ' || t.fee_asset,
            'to ' || t.to_quantity || ' ' || coalesce(t.to_instrument, t.asset)
            || ' in ' || t.to_account || ' of ' || t.to_book,
            t.new_units || ' for ' || t.old_units, nullif(t.status, 'booked')
        ),
        '; ' order by t.transaction_id
    )
    from utl.transaction_list as t
    where t.reference like told.reference
$told$;

comment on function tap.told(text) is
'transfer -2.1 BTC/USD in main fee 0.1 BTC to 2 BTC/USD in cold of desk: by reference.';

create function tap.flowed(account text default 'main', book text default 'desk')
returns text
language sql
stable
as $flowed$
    select string_agg(
        concat_ws(
            ' ', f.kind, trim_scale(nullif(f.quantity, 0)) || ' ' || i.instrument,
            trim_scale(nullif(f.received, 0)) || ' ' || a.asset,
            'worth ' || trim_scale(nullif(f.at_price, 0))
        ),
        '; ' order by f.kind, i.instrument, a.asset
    )
    from utl_private.flows as f
    left join utl_private.instruments as i on f.instrument_id = i.instrument_id
    left join utl_private.assets as a on f.asset_id = a.asset_id
    where
        f.account_id = utl.account_id(flowed.account) and f.book_id = utl.book_id(flowed.book)
        and (f.quantity, f.received, f.at_price) <> (0, 0, 0)
$flowed$;

comment on function tap.flowed(text, text) is
'deposit 2 BTC/USD; funding -3 USD; reward 1 BTC/USD worth 90: what came in and went out, by kind.';

create function tap.at(time_of_day text)
returns timestamptz
language sql
immutable
return ('2026-01-05 ' || time_of_day || 'Z')::timestamptz;

comment on function tap.at(text) is
'10:00 is that time of 2026-01-05, UTC.';
