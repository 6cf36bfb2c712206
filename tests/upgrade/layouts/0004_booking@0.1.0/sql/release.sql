-- sql/01_schemas.sql
comment on schema utl is
'Universal Transaction Ledger: the contract. Fact tables to insert into, functions to call, views to
read.';
comment on schema utl_private is
'Behind utl: derived tables, partitions, internal functions. No contract; look, but do not touch.';
-- sql/10_reference/account_id.sql
-- Reference data: what trades, where, and for whom.
--
-- An asset can be held (BTC, USD); an instrument is traded (BTC/USDT, BTC/USDT:USDT) and has a
-- base, a quote and a cost currency. An account is one wallet or sub-account at a venue. A book
-- owns risk and profit, and its costings say how unit cost is computed. People and files use names,
-- facts carry ids. All of it is added by functions that may be repeated: the same call twice
-- changes nothing.

create or replace function utl.account_id(account text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $account_id$
declare
    _account_id integer;
begin
    select t.account_id into _account_id
    from utl_private.accounts as t
    where t.account = account_id.account;
    if not found then
        perform utl_private.refuse_name(
            'account', account_id.account, array(select t.account from utl_private.accounts as t)
        );
    end if;
    return _account_id;
end
$account_id$;

comment on function utl.account_id(text) is
'The id of the account of that name. 22U01 if there is none; the hint has the nearest known names.';
-- sql/10_reference/accounts.sql
create or replace view utl.accounts as
select a.account_id, a.account, v.venue, a.venue_id
from utl_private.accounts as a
inner join utl_private.venues as v on a.venue_id = v.venue_id;

comment on view utl.accounts is 'Accounts, sub-accounts and wallets, each at one venue.';
comment on column utl.accounts.account_id is 'Id of the account, as facts carry it.';
comment on column utl.accounts.account is 'Its name, unique in the firm.';
comment on column utl.accounts.venue is 'The venue at which it is held.';
comment on column utl.accounts.venue_id is 'Id of that venue.';
-- sql/10_reference/asset_id.sql
create or replace function utl.asset_id(asset text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $asset_id$
declare
    _asset_id integer;
begin
    select t.asset_id into _asset_id
    from utl_private.assets as t
    where t.asset = asset_id.asset;
    if not found then
        perform utl_private.refuse_name(
            'asset', asset_id.asset, array(select t.asset from utl_private.assets as t)
        );
    end if;
    return _asset_id;
end
$asset_id$;

comment on function utl.asset_id(text) is
'The id of the asset of that name. 22U01 if there is none; the hint has the nearest known names.';
-- sql/10_reference/assets.sql
create or replace view utl.assets as
select a.asset_id, a.asset, a.kind
from utl_private.assets as a;

comment on view utl.assets is 'What can be held: currencies, coins, securities.';
comment on column utl.assets.asset_id is 'Id of the asset, as facts carry it.';
comment on column utl.assets.asset is 'Its name: BTC, USDT, USD.';
comment on column utl.assets.kind is 'crypto, stablecoin, fiat, security, commodity or other.';
-- sql/10_reference/book_id.sql
create or replace function utl.book_id(book text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $book_id$
declare
    _book_id integer;
begin
    select t.book_id into _book_id
    from utl_private.books as t
    where t.book = book_id.book;
    if not found then
        perform utl_private.refuse_name(
            'book', book_id.book, array(select t.book from utl_private.books as t)
        );
    end if;
    return _book_id;
end
$book_id$;

comment on function utl.book_id(text) is
'The id of the book of that name. 22U01 if there is none; the hint has the nearest known names.';
-- sql/10_reference/books.sql
create or replace view utl.books as
select
    b.book_id,
    b.book,
    p.book as parent,
    a.asset as reporting_asset,
    c.costing as primary_costing
from utl_private.books as b
inner join utl_private.assets as a on b.reporting_asset_id = a.asset_id
left join utl_private.books as p on b.parent_book_id = p.book_id
left join utl_private.costings as c on b.book_id = c.book_id and c.is_primary;

comment on view utl.books is 'Who owns risk and profit: strategies, desks, client mandates.';
comment on column utl.books.book_id is 'Id of the book, as facts carry it.';
comment on column utl.books.book is 'Its name, unique in the firm.';
comment on column utl.books.parent is 'The book it rolls up into, if any.';
comment on column utl.books.reporting_asset is 'The currency in which its profit is reported.';
comment on column utl.books.primary_costing is 'The costing that utl.positions shows.';
-- sql/10_reference/costings.sql
create or replace view utl.costings as
select
    b.book, c.costing, c.method, c.pool, c.fees, c.rank_by, c.booking_order, c.is_primary,
    c.book_id, c.costing_id
from utl_private.costings as c
inner join utl_private.books as b on c.book_id = b.book_id;

comment on view utl.costings is
'How the unit cost of each book is computed. A book may have several costings, side by side, over
the same fills.';
comment on column utl.costings.book is 'The book.';
comment on column utl.costings.costing is 'Name of the costing, unique in its book.';
comment on column utl.costings.method is 'wac, fifo, lifo, hifo or lofo.';
comment on column utl.costings.pool is
'Which fills share one cost: those of the whole book, or of each account in it.';
comment on column utl.costings.fees is
'expense: fees in the cost currency are kept beside the cost; capitalize: they are part of it.';
comment on column utl.costings.rank_by is
'What hifo and lofo compare: the bare price, or the unit cost with the fee.';
comment on column utl.costings.booking_order is
'event_time: fills count in the order they were executed, a late one restates; arrival: in the order
they arrived.';
comment on column utl.costings.is_primary is 'The costing of the book that utl.positions shows.';
comment on column utl.costings.book_id is 'Id of the book.';
comment on column utl.costings.costing_id is 'Id of the costing.';
-- sql/10_reference/instrument_id.sql
create or replace function utl.instrument_id(instrument text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $instrument_id$
declare
    _instrument_id integer;
begin
    select t.instrument_id into _instrument_id
    from utl_private.instruments as t
    where t.instrument = instrument_id.instrument;
    if not found then
        perform utl_private.refuse_name(
            'instrument', instrument_id.instrument,
            array(select t.instrument from utl_private.instruments as t)
        );
    end if;
    return _instrument_id;
end
$instrument_id$;

comment on function utl.instrument_id(text) is
'The id of the instrument of that name. 22U01 if there is none; the hint has the nearest known
names.';
-- sql/10_reference/instruments.sql
create or replace view utl.instruments as
select
    i.instrument_id, i.instrument, i.kind,
    b.asset as base, q.asset as quote, s.asset as settlement, c.asset as cost_asset,
    i.multiplier, i.is_inverse, i.expires_at
from utl_private.instruments as i
inner join utl_private.assets as b on i.base_asset_id = b.asset_id
inner join utl_private.assets as q on i.quote_asset_id = q.asset_id
inner join utl_private.assets as s on i.settlement_asset_id = s.asset_id
inner join utl_private.assets as c on i.cost_asset_id = c.asset_id;

comment on view utl.instruments is 'What is traded.';
comment on column utl.instruments.instrument_id is 'Id of the instrument, as facts carry it.';
comment on column utl.instruments.instrument is 'Its symbol, in the form of ccxt: BTC/USDT:USDT.';
comment on column utl.instruments.kind is 'spot, perpetual, future, option, equity or fx.';
comment on column utl.instruments.base is 'The asset bought or sold, or the underlying.';
comment on column utl.instruments.quote is 'The asset in which the price is quoted.';
comment on column utl.instruments.settlement is 'The asset in which profit and loss is paid.';
comment on column utl.instruments.cost_asset is
'The asset in which cost and realized PnL are counted: the quote of what is owned outright, the
settlement asset of a derivative.';
comment on column utl.instruments.multiplier is
'Size of one contract in the base asset (inverse: in the quote asset); 1 for what is owned
outright.';
comment on column utl.instruments.is_inverse is
'Whether profit is paid in the base asset, so that the value of a contract is multiplier ÷ price.';
comment on column utl.instruments.expires_at is 'When the contract expires, if it does.';
-- sql/10_reference/name_distance.sql
create or replace function utl_private.name_distance(one text, other text)
returns integer
language sql
immutable
parallel safe
as $name_distance$
    with pairs as (
        select substr(one, i, 2) as pair, 1 as weight
        from generate_series(1, length(one)) as i
        union all
        select substr(other, i, 2) as pair, -1 as weight
        from generate_series(1, length(other)) as i
    ),

    differences as (
        select abs(sum(p.weight)) as difference
        from pairs as p
        group by p.pair
    )

    select coalesce(sum(d.difference), 0)::integer from differences as d
$name_distance$;

comment on function utl_private.name_distance(text, text) is
'How many pairs of neighbouring letters one name has that the other has not: 0 for equal names.';
-- sql/10_reference/nearest_names.sql
create or replace function utl_private.nearest_names(name text, known text[])
returns text
language sql
immutable
parallel safe
as $nearest_names$
    select string_agg(quote_literal(n.known), ', ' order by n.place)
    from (
        select
            k.known,
            row_number() over (
                order by utl_private.name_distance(lower(k.known), lower(name)), k.known
            ) as place
        from unnest(known) as k (known)
    ) as n
    where n.place <= 3
$nearest_names$;

comment on function utl_private.nearest_names(text, text[]) is
'Up to three known names, the most alike first, for the hint of an error.';
-- sql/10_reference/refuse_name.sql
create or replace function utl_private.refuse_name(kind text, name text, known text[])
returns void
language plpgsql
as $refuse_name$
begin
    raise exception 'unknown %: %', kind, coalesce(quote_literal(name), 'null')
    using
        errcode = '22U01',
        detail = format('Known %ss: %s.', kind, cardinality(known)),
        hint = format(
            'Add it with utl.add_%s(…). The nearest known: %s.',
            kind, coalesce(utl_private.nearest_names(name, known), 'none')
        );
end
$refuse_name$;

comment on function utl_private.refuse_name(text, text, text[]) is
'Raises 22U01: no such asset, venue, account, book or instrument.';
-- sql/10_reference/venue_id.sql
create or replace function utl.venue_id(venue text)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $venue_id$
declare
    _venue_id integer;
begin
    select t.venue_id into _venue_id
    from utl_private.venues as t
    where t.venue = venue_id.venue;
    if not found then
        perform utl_private.refuse_name(
            'venue', venue_id.venue, array(select t.venue from utl_private.venues as t)
        );
    end if;
    return _venue_id;
end
$venue_id$;

comment on function utl.venue_id(text) is
'The id of the venue of that name. 22U01 if there is none; the hint has the nearest known names.';
-- sql/10_reference/venues.sql
create or replace view utl.venues as
select v.venue_id, v.venue
from utl_private.venues as v;

comment on view utl.venues is 'Where trading happens: exchanges, brokers, custodians.';
comment on column utl.venues.venue_id is 'Id of the venue.';
comment on column utl.venues.venue is 'Its name.';
-- sql/12_registration/add_account.sql
-- Registration: reference data is added by name, by functions that may be repeated. The same call
-- twice changes nothing; a call that contradicts what is there is refused, because what is booked
-- depends on it. Whatever a thing refers to and that needs no more than a name is added with it.

create or replace function utl.add_account(account text, venue text)
returns utl.accounts
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_account$
declare
    _account utl.accounts;
begin
    perform utl.add_venue(venue);
    insert into utl_private.accounts (account, venue_id)
    values (add_account.account, utl.venue_id(venue))
    on conflict on constraint accounts_are_named_once do nothing;
    select a.* into _account from utl.accounts as a where a.account = add_account.account;
    if _account.venue <> venue then
        raise exception 'account % is held at %, not at %', account, _account.venue, venue
        using
            errcode = '23U02',
            detail = 'Fills name their account; its venue does not change.',
            hint = 'Give the account at the other venue a name of its own.';
    end if;
    return _account;
end
$add_account$;

comment on function utl.add_account(text, text) is
'Adds an account at a venue, and the venue if need be. Account names are unique in the firm.
Repeating it changes nothing; 23U02 if the account is held at another venue. Returns its row of
utl.accounts.';
-- sql/12_registration/add_asset.sql
create or replace function utl.add_asset(asset text, kind text default 'crypto')
returns utl.assets
language sql
security definer
set search_path = pg_catalog, pg_temp
as $add_asset$
    insert into utl_private.assets (asset, kind)
    values (add_asset.asset, add_asset.kind)
    on conflict (asset) do nothing;
    select a.* from utl.assets as a where a.asset = add_asset.asset
$add_asset$;

comment on function utl.add_asset(text, text) is
'Adds an asset; one that is there stays as it is. kind: crypto, stablecoin, fiat, security,
commodity or other (23514 for another). Returns its row of utl.assets.';
-- sql/12_registration/add_book.sql
create or replace function utl.add_book(
    book text,
    reporting_asset text default 'USD',
    parent text default null,
    method text default 'wac'
)
returns utl.books
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_book$
declare
    _parent_id integer := case when parent is not null then utl.book_id(parent) end;
    _book_id integer;
    _book utl.books;
begin
    perform utl.add_asset(reporting_asset, 'fiat');
    insert into utl_private.books (book, parent_book_id, reporting_asset_id)
    values (add_book.book, _parent_id, utl.asset_id(reporting_asset))
    on conflict on constraint books_are_named_once do nothing
    returning book_id into _book_id;
    if found then
        insert into utl_private.costings (book_id, costing, method, is_primary)
        values (_book_id, add_book.method, add_book.method, true);
    end if;
    select b.* into _book from utl.books as b where b.book = add_book.book;
    if (_book.reporting_asset, _book.parent) is distinct from (reporting_asset, parent) then
        raise exception 'book % is there with other settings', book
        using
            errcode = '23U02',
            detail = format(
                'It reports in %s below %s.',
                _book.reporting_asset, coalesce(_book.parent, 'no other book')
            ),
            hint = 'Repeat the call with these settings, or choose another name.';
    end if;
    return _book;
end
$add_book$;

comment on function utl.add_book(text, text, text, text) is
'Adds a book that reports in an asset, below a parent if one is given, with one primary costing of
that method, named after it: the whole book is one pool and fees are expensed. Repeating it
changes nothing; 23U02 if the book is there with other settings, 22U01 for an unknown parent.
Returns its row of utl.books.';
-- sql/12_registration/add_costing.sql
create or replace function utl.add_costing(
    book text,
    method text,
    costing text default null,
    pool text default 'book',
    fees text default 'expense',
    rank_by text default 'price',
    booking_order text default 'event_time',
    is_primary boolean default false
)
returns utl.costings
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_costing$
declare
    _book_id integer := utl.book_id(book);
    _name text := coalesce(costing, method);
    _costing utl.costings;
begin
    if not exists (
        select from utl_private.costings as c where c.book_id = _book_id and c.costing = _name
    ) then
        -- Fills wait, so that each is either built from the facts here or sees the new costing.
        lock table utl.fills in share row exclusive mode;
        insert into utl_private.costings (
            book_id, costing, method, pool, fees, rank_by, booking_order
        )
        values (_book_id, _name, method, pool, fees, rank_by, booking_order)
        on conflict on constraint costings_are_named_once_a_book do nothing;
        if found then
            perform utl_private.build_costing(_book_id, _name);
        end if;
    end if;
    if is_primary then
        update utl_private.costings as c set is_primary = false
        where c.book_id = _book_id and c.is_primary and c.costing <> _name;
        update utl_private.costings as c set is_primary = true
        where c.book_id = _book_id and c.costing = _name and not c.is_primary;
    end if;

    select c.* into _costing from utl.costings as c
    where c.book_id = _book_id and c.costing = _name;
    if (_costing.method, _costing.pool, _costing.fees, _costing.rank_by, _costing.booking_order)
        is distinct from (method, pool, fees, rank_by, booking_order)
    then
        raise exception 'costing % of book % is there with other settings', _name, book
        using
            errcode = '23U02',
            detail = row_to_json(_costing)::text,
            hint = 'Give the new costing a name of its own: costing => ''…''.';
    end if;
    return _costing;
end
$add_costing$;

comment on function utl.add_costing(text, text, text, text, text, text, text, boolean) is
'Adds a costing to a book, named after its method unless a name is given, and builds it from the
fills that the book has. method: wac, fifo, lifo, hifo, lofo; pool: book or account; fees: expense
or capitalize; rank_by (hifo, lofo): price or unit_cost, which has the fee in it; booking_order:
event_time or arrival; is_primary moves the mark of the costing that utl.positions shows.
Repeating it changes nothing. 22U01: unknown book; 23U02: the name is taken by another costing;
23514: a setting has no such value. Returns its row of utl.costings.';
-- sql/12_registration/add_instrument.sql
create or replace function utl.add_instrument(
    instrument text,
    kind text default null,
    base text default null,
    quote text default null,
    settlement text default null,
    multiplier numeric default 1,
    is_inverse boolean default null,
    expires_at timestamptz default null
)
returns utl.instruments
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $add_instrument$
declare
    _instrument utl.instruments;
    _said record;
begin
    select
        coalesce(add_instrument.kind, s.kind) as kind,
        coalesce(add_instrument.base, s.base) as base,
        coalesce(add_instrument.quote, s.quote) as quote,
        coalesce(add_instrument.settlement, s.settlement, add_instrument.quote) as settlement,
        coalesce(add_instrument.expires_at, s.expires_at) as expires_at
    into _said
    from utl_private.parse_symbol(instrument) as s;
    if _said.kind is null or _said.base is null or _said.quote is null then
        raise exception 'instrument % does not say what it is', coalesce(instrument, 'null')
        using
            errcode = '22U02',
            detail = format(
                'kind %s, base %s, quote %s',
                coalesce(_said.kind, '?'), coalesce(_said.base, '?'), coalesce(_said.quote, '?')
            ),
            hint = 'Use a symbol like BTC/USDT or BTC/USDT:USDT, or give kind, base and quote.';
    end if;
    is_inverse := coalesce(
        is_inverse,
        _said.kind in ('perpetual', 'future')
        and _said.settlement = _said.base and _said.settlement <> _said.quote
    );
    perform utl.add_asset(a) from unnest(array[_said.base, _said.quote, _said.settlement]) as a;
    insert into utl_private.instruments (
        instrument, kind, base_asset_id, quote_asset_id, settlement_asset_id, cost_asset_id,
        multiplier, is_inverse, expires_at
    )
    values (
        add_instrument.instrument, _said.kind, utl.asset_id(_said.base), utl.asset_id(_said.quote),
        utl.asset_id(_said.settlement), utl.asset_id(_said.settlement),
        add_instrument.multiplier, add_instrument.is_inverse, _said.expires_at
    )
    on conflict on constraint instruments_are_named_once do nothing;
    select i.* into _instrument from utl.instruments as i
    where i.instrument = add_instrument.instrument;
    perform utl_private.refuse_other_terms(
        _instrument,
        row(
            _instrument.instrument_id, instrument, _said.kind, _said.base, _said.quote,
            _said.settlement, _said.settlement, multiplier, is_inverse, _said.expires_at
        )::utl.instruments
    );
    return _instrument;
end
$add_instrument$;

comment on function utl.add_instrument(
    text, text, text, text, text, numeric, boolean, timestamptz
) is
'Adds an instrument. What is not given is read from a symbol of ccxt''s form; assets are added as
need be. multiplier: size of a contract in the base asset (inverse: in the quote asset). Repeating
it changes nothing. 22U02: neither symbol nor arguments say kind, base and quote; 23U02: it is
there with other terms; 23514: unknown kind, or a multiplier that is not positive. Returns its row
of utl.instruments.';
-- sql/12_registration/add_venue.sql
create or replace function utl.add_venue(venue text)
returns utl.venues
language sql
security definer
set search_path = pg_catalog, pg_temp
as $add_venue$
    insert into utl_private.venues (venue)
    values (add_venue.venue)
    on conflict (venue) do nothing;
    select v.* from utl.venues as v where v.venue = add_venue.venue
$add_venue$;

comment on function utl.add_venue(text) is
'Adds a venue; one that is there stays as it is. Returns its row of utl.venues.';
-- sql/12_registration/parse_symbol.sql
create or replace function utl_private.parse_symbol(
    symbol text,
    out kind text, out base text, out quote text, out settlement text, out expires_at timestamptz
)
language plpgsql
immutable
as $parse_symbol$
declare
    _parts text[] := regexp_match(
        symbol,
        '^([^/:\s]+)/([^/:\s-]+)(?::([^/:\s-]+)'
        '(?:-(\d\d(?!00)\d\d(?!00)\d\d)(?:-([\d.]+)-([CP]))?)?)?$'
    );
begin
    base := _parts[1];
    quote := _parts[2];
    settlement := coalesce(_parts[3], _parts[2]);
    kind := case
        when _parts is null then null
        when _parts[5] is not null then 'option'
        when _parts[4] is not null then 'future'
        when _parts[3] is not null then 'perpetual'
        else 'spot'
    end;
    if _parts[4] is not null then       -- derivatives of crypto venues expire at 08:00 UTC
        expires_at := (to_date(_parts[4], 'YYMMDD') + time '08:00') at time zone 'UTC';
    end if;
exception
    when datetime_field_overflow then   -- 261399 is no date, so this is no symbol
        select null, null, null, null into kind, base, quote, settlement;
end
$parse_symbol$;

comment on function utl_private.parse_symbol(text) is
'What a symbol of ccxt''s unified form says: BTC/USDT is spot, BTC/USDT:USDT a linear perpetual,
BTC/USD:BTC an inverse one, BTC/USDT:USDT-261225 a future, …-100000-C an option. All null for
another form. Source: the ccxt manual, section on contract naming.';
-- sql/12_registration/refuse_other_terms.sql
create or replace function utl_private.refuse_other_terms(
    known utl.instruments, said utl.instruments
)
returns void
language plpgsql
immutable
as $refuse_other_terms$
begin
    if known is distinct from said then
        raise exception 'instrument % is there with other terms', known.instrument
        using
            errcode = '23U02',
            detail = (
                select string_agg(format('%s is %s, not %s', k.key, k.value, s.value), '; ')
                from jsonb_each_text(to_jsonb(known)) as k
                inner join jsonb_each_text(to_jsonb(said)) as s on k.key = s.key
                where k.value is distinct from s.value
            ),
            hint = 'Terms are part of booked figures and do not change: use another symbol.';
    end if;
end
$refuse_other_terms$;

comment on function utl_private.refuse_other_terms(utl.instruments, utl.instruments) is
'Raises 23U02 if an instrument is known with other terms than those given, and says which differ.';
-- sql/20_facts/add_partitions.sql
-- Facts: what happened, as it was told. They are inserted and never changed; everything else is
-- derived from them and could be thrown away.
--
-- A fill is one execution at a venue. Its identity is (account, venue_fill_id), kept apart in
-- utl_private.fill_keys because venues report one fill with different times; its order is
-- (executed_at, sequence, fill_id).

create or replace function utl.add_partitions(
    first_month date default current_date, months integer default 4
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $add_partitions$
declare
    _from timestamptz;
    _suffix text;
    _added integer := 0;
begin
    for _month in 0..months - 1 loop
        _from := date_trunc('month', first_month::timestamptz) + make_interval(months => _month);
        _suffix := to_char(_from, 'YYYY_MM');
        continue when to_regclass('utl_private.fills_' || _suffix) is not null
            or utl_private.default_partition_has(_from, _from + interval '1 month');
        execute format(
            'create table utl_private.%I partition of utl.fills for values from (%L) to (%L)',
            'fills_' || _suffix, _from, _from + interval '1 month'
        );
        execute format(
            'create table utl_private.%I partition of utl_private.entries '
            'for values from (%L) to (%L)',
            'entries_' || _suffix, _from, _from + interval '1 month'
        );
        perform utl_private.guard_partition(to_regclass('utl_private.fills_' || _suffix));
        _added := _added + 1;
    end loop;
    return _added;
end
$add_partitions$;

comment on function utl.add_partitions(date, integer) is
'Makes monthly partitions (UTC) of fills and entries from a month on, and returns how many months
are new. A month whose rows are already in the default partition stays there. A fill is never
refused for want of a partition: the default one takes it.';
-- sql/20_facts/book_incoming.sql
create or replace function utl_private.book_incoming(incoming utl_private.incoming_fill[])
returns utl_private.checked_fill[]
language plpgsql
as $book_incoming$
declare
    _checked utl_private.checked_fill[] := utl_private.find_resent_fills(
        utl_private.read_fills(incoming)
    );
begin
    insert into utl.fills (
        fill_id, executed_at, sequence, book_id, account_id, instrument_id, fee_asset_id,
        side, quantity, price, fee, liquidity, venue_fill_id, venue_order_id
    )
    select
        c.fill_id, c.executed_at, c.sequence, c.book_id, c.account_id, c.instrument_id,
        c.fee_asset_id, c.side, c.quantity, c.price, c.fee, c.liquidity, c.venue_fill_id,
        c.venue_order_id
    from unnest(_checked) as c
    where c.outcome = 'booked'
    order by c.fill_id;

    if exists (select from unnest(_checked) as c where c.outcome <> 'booked') then
        perform utl_private.keep_conflicts(incoming, _checked);
        perform utl_private.keep_rejected(incoming, _checked);
    end if;
    perform utl_private.resolve_rejected(incoming, _checked);
    return _checked;
end
$book_incoming$;

comment on function utl_private.book_incoming(utl_private.incoming_fill[]) is
'Books the rows that are new fills, in one statement, and keeps the conflicts and the rejected
ones.';
-- sql/20_facts/checked_digest.sql
create or replace function utl_private.checked_digest(fill utl_private.checked_fill)
returns bytea
language plpgsql
immutable
as $checked_digest$
declare
    _fill utl.fills;
begin
    _fill.book_id := fill.book_id;
    _fill.instrument_id := fill.instrument_id;
    _fill.side := fill.side;
    _fill.quantity := fill.quantity;
    _fill.price := fill.price;
    _fill.fee := fill.fee;
    _fill.fee_asset_id := fill.fee_asset_id;
    return utl_private.fill_digest(_fill);
end
$checked_digest$;

comment on function utl_private.checked_digest(utl_private.checked_fill) is
'utl_private.fill_digest of a fill that is not in its table yet.';
-- sql/20_facts/create_unknown.sql
create or replace function utl_private.create_unknown(
    incoming utl_private.incoming_fill[], venue text
)
returns void
language plpgsql
as $create_unknown$
declare
    _name text;
begin
    perform utl_private.require_right_to_add();
    for _name in
        select distinct u.account
        from unnest(incoming) as u
        where
            u.account not in (select a.account from utl_private.accounts as a)
            and utl_private.fill_problem(u) is null
        order by 1
    loop
        perform utl.add_account(_name, coalesce(venue, substring(_name from '^[^:-]+'), _name));
    end loop;

    for _name in
        select distinct u.instrument
        from unnest(incoming) as u
        where
            u.instrument not in (select i.instrument from utl_private.instruments as i)
            and utl_private.fill_problem(u) is null
        order by 1
    loop
        begin
            perform utl.add_instrument(_name);
        exception
            when data_exception or integrity_constraint_violation then
                null;                   -- its rows will be rejected: the instrument is unknown
        end;
    end loop;

    for _name in
        select distinct u.fee_asset
        from unnest(incoming) as u
        where
            u.fee_asset not in (select a.asset from utl_private.assets as a)
            and utl_private.fill_problem(u) is null
        order by 1
    loop
        perform utl.add_asset(_name);
    end loop;
end
$create_unknown$;

comment on function utl_private.create_unknown(utl_private.incoming_fill[], text) is
'Adds the accounts, instruments and fee assets that rows name and nobody has added, in the order of
their names, so that two sessions do not wait for each other. Rows that cannot be fills add
nothing.';
-- sql/20_facts/default_partition_has.sql
create or replace function utl_private.default_partition_has(
    from_time timestamptz, to_time timestamptz
)
returns boolean
language sql
stable
as $default_partition_has$
    select exists (
        select from utl_private.fills_default as f
        where f.executed_at >= from_time and f.executed_at < to_time
    ) or exists (
        select from utl_private.entries_default as e
        where e.effective_at >= from_time and e.effective_at < to_time
    )
$default_partition_has$;

comment on function utl_private.default_partition_has(timestamptz, timestamptz) is
'Whether a default partition already holds fills or entries from a time up to, not including,
another.';
-- sql/20_facts/explain_unknown.sql
create or replace function utl_private.explain_unknown(checked utl_private.checked_fill[])
returns utl_private.checked_fill[]
language plpgsql
stable
as $explain_unknown$
declare
    _compared_max constant integer := 5;    -- to compare a name with all others takes its time
    _compared integer := 0;
    _reasons jsonb := jsonb_build_object();                 -- by kind and name
    _row record;
    _reason text;
begin
    for _row in
        select u.reason, row_number() over () as position, u.sqlstate
        from unnest(checked) as u
    loop
        continue when _row.sqlstate is distinct from '22U01';
        _reason := _reasons ->> _row.reason;
        if _reason is null then
            _reason := utl_private.unknown_reason(_row.reason, _compared < _compared_max);
            if _compared < _compared_max then
                _reasons := _reasons || jsonb_build_object(_row.reason, _reason);
                _compared := _compared + 1;
            end if;
        end if;
        checked[_row.position].reason := _reason;
    end loop;
    return checked;
end
$explain_unknown$;

comment on function utl_private.explain_unknown(utl_private.checked_fill[]) is
'Turns kind and name of what is unknown into the reason why a row is rejected. The first few names
get the nearest known ones besides.';
-- sql/20_facts/fill_columns.sql
create or replace function utl_private.fill_columns()
returns text[]
language sql
immutable
parallel safe
as $fill_columns$
    select array[
        'book', 'account', 'instrument', 'venue_fill_id', 'side', 'quantity', 'price',
        'executed_at', 'fee', 'fee_asset', 'sequence', 'liquidity', 'venue_order_id'
    ]
$fill_columns$;

comment on function utl_private.fill_columns() is 'The columns of a row that says a fill.';
-- sql/20_facts/fill_conflicts.sql
create or replace view utl.fill_conflicts as
select
    c.conflict_id,
    a.account,
    c.venue_fill_id,
    c.fill_id,
    d.differences,
    nullif(c.source, '') as source,
    c.line,
    c.raw,
    c.content,
    c.recorded_at
from utl_private.fill_conflicts as c
inner join utl_private.accounts as a on c.account_id = a.account_id
inner join utl_private.fill_keys as k
    on c.account_id = k.account_id and c.venue_fill_id = k.venue_fill_id
inner join utl.fills as f on k.executed_at = f.executed_at and k.fill_id = f.fill_id
inner join utl_private.books as b on f.book_id = b.book_id
inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
left join utl_private.assets as fa on f.fee_asset_id = fa.asset_id
cross join lateral (
    select jsonb_object_agg(v.name, jsonb_build_array(v.recorded, v.resent)) as differences
    from (
        values
        ('book', b.book, c.content ->> 'book'),
        ('instrument', i.instrument, c.content ->> 'instrument'),
        ('side', f.side, lower(c.content ->> 'side')),
        (
            'quantity',
            trim_scale(f.quantity)::text,
            trim_scale((c.content ->> 'quantity')::numeric)::text
        ),
        (
            'price',
            trim_scale(f.price)::text,
            trim_scale((c.content ->> 'price')::numeric)::text
        ),
        (
            'fee',
            trim_scale(f.fee)::text,
            trim_scale(coalesce((c.content ->> 'fee')::numeric, 0))::text
        ),
        ('fee_asset', fa.asset, c.content ->> 'fee_asset'),
        (
            'executed_at',
            to_jsonb(f.executed_at) #>> '{}',
            to_jsonb(c.executed_at) #>> '{}'
        )
    ) as v (name, recorded, resent)
    where v.recorded is distinct from v.resent
) as d;

comment on view utl.fill_conflicts is
'Rows that name a fill which is there, and say something else about it. The fill that came first
stands.';
comment on column utl.fill_conflicts.conflict_id is 'Id of the conflict.';
comment on column utl.fill_conflicts.account is 'The account of the fill.';
comment on column utl.fill_conflicts.venue_fill_id is 'The venue''s identity of the fill.';
comment on column utl.fill_conflicts.fill_id is 'The fill that is there.';
comment on column utl.fill_conflicts.differences is
'What differs: by column, what is recorded and what was sent later.';
comment on column utl.fill_conflicts.source is 'Where the later row came from.';
comment on column utl.fill_conflicts.line is 'Its line there, or its place in the array.';
comment on column utl.fill_conflicts.raw is 'The later row as it came.';
comment on column utl.fill_conflicts.content is 'Its values by column.';
comment on column utl.fill_conflicts.recorded_at is 'When it came.';
-- sql/20_facts/fill_content.sql
create or replace function utl_private.fill_content(fill utl_private.incoming_fill)
returns jsonb
language sql
immutable
parallel safe
as $fill_content$
    select jsonb_strip_nulls(to_jsonb(fill)) - array['place', 'source', 'line', 'raw', 'problem']
$fill_content$;

comment on function utl_private.fill_content(utl_private.incoming_fill) is
'What a row says, by the names of its columns.';
-- sql/20_facts/fill_digest.sql
create or replace function utl_private.fill_digest(fill utl.fills)
returns bytea
language sql
immutable
parallel safe
as $fill_digest$
    select substr(
        sha256(
            int4send(fill.book_id)
            || int4send(fill.instrument_id)
            || numeric_send(
                trim_scale(utl_private.signed_quantity(fill.side, fill.quantity))
            )
            || numeric_send(trim_scale(fill.price))
            || numeric_send(trim_scale(fill.fee))
            || int4send(case when fill.fee = 0 then 0 else coalesce(fill.fee_asset_id, 0) end)
        ),
        1, 16
    )
$fill_digest$;

comment on function utl_private.fill_digest(utl.fills) is
'What a fill says, in 16 bytes: book, instrument, signed quantity, price and fee. Two reports of
one fill with one digest agree; 1.50 and 1.5 are the same. Time, order and liquidity stay out:
feeds give them with different precision, or not at all.';
-- sql/20_facts/fill_problem.sql
create or replace function utl_private.fill_problem(fill utl_private.incoming_fill)
returns text
language sql
immutable
parallel safe
as $fill_problem$
    select case
        when fill.problem is not null then fill.problem
        when fill.book is null then 'book is missing'
        when fill.account is null then 'account is missing'
        when fill.instrument is null then 'instrument is missing'
        when fill.venue_fill_id is null then 'venue_fill_id is missing'
        when octet_length(fill.venue_fill_id) > 1000 then 'venue_fill_id is longer than 1000 bytes'
        when fill.side is null then 'side is missing'
        when lower(fill.side) not in ('buy', 'sell')
            then 'side is neither buy nor sell: ' || utl_private.quote_shortly(fill.side)
        when fill.quantity is null then 'quantity is missing'
        when not utl_private.is_decimal(fill.quantity)
            then 'quantity is not a finite number: ' || utl_private.quote_shortly(fill.quantity)
        when fill.quantity::numeric <= 0
            then 'quantity is not positive: ' || utl_private.quote_shortly(fill.quantity)
        when fill.price is null then 'price is missing'
        when not utl_private.is_decimal(fill.price)
            then 'price is not a finite number: ' || utl_private.quote_shortly(fill.price)
        when fill.executed_at is null then 'executed_at is missing'
        when not utl_private.is_decimal(coalesce(fill.fee, '0'))
            then 'fee is not a finite number: ' || utl_private.quote_shortly(fill.fee)
        when fill.fee_asset is null and fill.fee::numeric <> 0 then 'fee has no fee_asset'
        when not utl_private.is_whole(fill.sequence)
            then 'sequence is not a whole number: ' || utl_private.quote_shortly(fill.sequence)
        when lower(fill.liquidity) not in ('maker', 'taker')
            then 'liquidity is neither maker nor taker: '
                || utl_private.quote_shortly(fill.liquidity)
    end
$fill_problem$;

comment on function utl_private.fill_problem(utl_private.incoming_fill) is
'Why a row cannot be a fill, as far as the row itself tells; null if it can. Written so that the
planner inlines it.';
-- sql/20_facts/fills.sql
comment on table utl.fills is
'Executions, as plain rows: INSERT and COPY book them in the same commit. A fill that is already
there (same account and venue_fill_id) is refused with 23505; utl.record_fills skips and reports
it instead.';
comment on column utl.fills.fill_id is 'Order of arrival, shared by all kinds of facts.';
comment on column utl.fills.executed_at is 'When the venue executed it.';
comment on column utl.fills.recorded_at is 'When it was inserted here.';
comment on column utl.fills.sequence is
'The venue''s own order within one time, such as its trade number; 0 where it gives none.';
comment on column utl.fills.book_id is 'The book whose risk it is: utl.books. It never changes.';
comment on column utl.fills.account_id is 'The account it was executed in: utl.accounts.';
comment on column utl.fills.instrument_id is 'What was traded: utl.instruments.';
comment on column utl.fills.fee_asset_id is 'The asset in which the fee was paid: utl.assets.';
comment on column utl.fills.side is 'buy or sell.';
comment on column utl.fills.quantity is 'How much, in base asset or contracts; always positive.';
comment on column utl.fills.price is
'Price in the quote asset. May be zero or negative: futures and options have had such prices.';
comment on column utl.fills.fee is 'Fee in fee_asset: positive was paid, negative is a rebate.';
comment on column utl.fills.liquidity is 'maker or taker, where known.';
comment on column utl.fills.venue_fill_id is
'The venue''s identity of this execution, unique within the account.';
comment on column utl.fills.venue_order_id is 'The venue''s identity of the order, where known.';
-- sql/20_facts/find_resent_fills.sql
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
-- sql/20_facts/guard_partition.sql
create or replace function utl_private.guard_partition(partition regclass)
returns void
language plpgsql
as $guard_partition$
begin
    execute format(
        'create or replace trigger t10_refuse_partition '
        'before insert or update or delete or truncate on %s '
        'for each statement execute function utl_private.refuse_partition()',
        partition
    );
end
$guard_partition$;

comment on function utl_private.guard_partition(regclass) is
'Guards a partition of the facts against statements that name it.';
-- sql/20_facts/is_decimal.sql
create or replace function utl_private.is_decimal(number text)
returns boolean
language sql
immutable
parallel safe
as $is_decimal$
    select case
        when length(number) > 120 then false
        when btrim(number, '0123456789') in ('', '.') then number not in ('', '.')
        else number ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$'
    end
$is_decimal$;

comment on function utl_private.is_decimal(text) is
'Whether a text is a finite decimal number, such as -1.5, .5 or 1e-8. Stricter than PostgreSQL,
whose own input also takes NaN, infinity and, from some version on, 0x1F and 1_000: the same file
must mean the same everywhere. The bounds on length and exponent keep products within numeric.
Digits around at most one point are told without a regular expression, which takes three times as
long.';
-- sql/20_facts/is_whole.sql
create or replace function utl_private.is_whole(number text)
returns boolean
language sql
immutable
parallel safe
as $is_whole$
    select
        length(number) <= 18
        and (btrim(number, '0123456789') = '' or number ~ '^-[0-9]+$')
$is_whole$;

comment on function utl_private.is_whole(text) is
'Whether a text is a whole number of at most 18 characters, so that it fits a bigint.';
-- sql/20_facts/json_fills.sql
create or replace function utl_private.json_fills(
    fills jsonb, source text, book text, account text, zone text
)
returns utl_private.incoming_fill[]
language plpgsql
as $json_fills$
begin
    if jsonb_typeof(fills) is distinct from 'array' then
        raise exception 'fills come as a JSON array of objects, not as %',
            coalesce(jsonb_typeof(fills), 'null')
        using
            errcode = '22U04',
            detail = 'No fill was recorded.',
            hint = 'Put even a single fill between [ and ].';
    end if;
    return array(
        select (
            f.place,
            source,
            case
                when f.fill ->> 'line' ~ '^[0-9]{1,18}$' then (f.fill ->> 'line')::bigint
                else f.place
            end,
            case
                when jsonb_typeof(f.fill) <> 'object' then f.fill::text
                else coalesce(f.fill ->> 'raw', (f.fill - 'line')::text)
            end,
            utl_private.json_problem(f.fill),
            coalesce(nullif(btrim(f.fill ->> 'book'), ''), book),
            coalesce(nullif(btrim(f.fill ->> 'account'), ''), account),
            nullif(btrim(f.fill ->> 'instrument'), ''),
            nullif(btrim(f.fill ->> 'venue_fill_id'), ''),
            nullif(btrim(f.fill ->> 'side'), ''),
            nullif(btrim(f.fill ->> 'quantity'), ''),
            nullif(btrim(f.fill ->> 'price'), ''),
            utl_private.with_zone(nullif(btrim(f.fill ->> 'executed_at'), ''), zone),
            nullif(btrim(f.fill ->> 'fee'), ''),
            nullif(btrim(f.fill ->> 'fee_asset'), ''),
            nullif(btrim(f.fill ->> 'sequence'), ''),
            nullif(btrim(f.fill ->> 'liquidity'), ''),
            nullif(btrim(f.fill ->> 'venue_order_id'), '')
        )::utl_private.incoming_fill
        from jsonb_array_elements(fills) with ordinality as f (fill, place)
        order by f.place
    );
end
$json_fills$;

comment on function utl_private.json_fills(jsonb, text, text, text, text) is
'The rows of a JSON array. Blanks around a value do not count, and an empty value is none.';
-- sql/20_facts/json_problem.sql
create or replace function utl_private.json_problem(fill jsonb)
returns text
language sql
immutable
parallel safe
as $json_problem$
    select case
        when jsonb_typeof(fill) <> 'object' then 'not a JSON object but ' || jsonb_typeof(fill)
        when fill ? 'problem' then fill ->> 'problem'
        when fill - utl_private.fill_columns() - array['line', 'raw'] <> '{}'
            then (
                select 'unknown keys: ' || string_agg(quote_literal(k.key), ', ' order by k.key)
                from jsonb_object_keys(
                    fill - utl_private.fill_columns() - array['line', 'raw']
                ) as k (key)
            )
    end
$json_problem$;

comment on function utl_private.json_problem(jsonb) is
'Why a JSON value cannot be read as a fill; null if it can. A key that is not known may be a
misspelt one, so it is not passed over; "problem" is a reader''s own reason.';
-- sql/20_facts/keep_conflicts.sql
create or replace function utl_private.keep_conflicts(
    incoming utl_private.incoming_fill[], checked utl_private.checked_fill[]
)
returns void
language plpgsql
set enable_nestloop = off               -- the planner takes every array to be a short one
as $keep_conflicts$
begin
    insert into utl_private.fill_conflicts (
        fill_id, account_id, venue_fill_id, content_digest, executed_at,
        content, source, line, raw
    )
    select
        c.fill_id, c.account_id, c.venue_fill_id, c.content_digest, c.executed_at,
        i.content, i.source, i.line, i.raw
    from unnest(checked) as c
    inner join (
        select u.*, utl_private.fill_content(u) as content from unnest(incoming) as u
    ) as i on c.place = i.place
    where c.outcome = 'conflict'
    order by c.place
    on conflict on constraint fill_conflicts_are_kept_once do nothing;
end
$keep_conflicts$;

comment on function utl_private.keep_conflicts(
    utl_private.incoming_fill[], utl_private.checked_fill[]
) is
'Keeps the rows that contradict a fill that is there, each of them once.';
-- sql/20_facts/keep_rejected.sql
create or replace function utl_private.keep_rejected(
    incoming utl_private.incoming_fill[], checked utl_private.checked_fill[]
)
returns void
language plpgsql
set enable_nestloop = off               -- the planner takes every array to be a short one
as $keep_rejected$
begin
    insert into utl_private.rejected_fills as k (source, line, raw, content, sqlstate, reason)
    select distinct on (i.source, i.line, md5(i.raw))
        i.source, i.line, i.raw, i.content, c.sqlstate, c.reason
    from unnest(checked) as c
    inner join (
        select
            u.*,
            case when u.problem is null then utl_private.fill_content(u) end as content
        from unnest(incoming) as u
    ) as i on c.place = i.place
    where c.outcome = 'rejected'
    order by i.source, i.line, md5(i.raw)
    on conflict (source, line, md5(raw)) do update
        set sqlstate = excluded.sqlstate, reason = excluded.reason, content = excluded.content
        where k.resolved_at is null;
end
$keep_rejected$;

comment on function utl_private.keep_rejected(
    utl_private.incoming_fill[], utl_private.checked_fill[]
) is
'Keeps the rejected rows. One that is sent again is the same one, and has the latest reason.';
-- sql/20_facts/line_fills.sql
create or replace function utl_private.line_fills(
    lines text,
    columns text[],
    book text,
    account text,
    source text,
    first_line bigint,
    zone text
)
returns utl_private.incoming_fill[]
language plpgsql
as $line_fills$
declare
    _at integer[] := array(
        select array_position(columns, c.name)
        from unnest(utl_private.fill_columns()) with ordinality as c (name, place)
        order by c.place
    );
    _width integer := cardinality(columns);
begin
    return array(
        select (
            s.place,
            source,
            s.place - 1 + first_line,
            s.line,
            case when cardinality(s.v) <> _width
                then format('%s values in a line of %s columns', cardinality(s.v), _width)
            end,
            coalesce(nullif(btrim(s.v[_at[1]]), ''), book),
            coalesce(nullif(btrim(s.v[_at[2]]), ''), account),
            nullif(btrim(s.v[_at[3]]), ''),
            nullif(btrim(s.v[_at[4]]), ''),
            nullif(btrim(s.v[_at[5]]), ''),
            nullif(btrim(s.v[_at[6]]), ''),
            nullif(btrim(s.v[_at[7]]), ''),
            utl_private.with_zone(nullif(btrim(s.v[_at[8]]), ''), zone),
            nullif(btrim(s.v[_at[9]]), ''),
            nullif(btrim(s.v[_at[10]]), ''),
            nullif(btrim(s.v[_at[11]]), ''),
            nullif(btrim(s.v[_at[12]]), ''),
            nullif(btrim(s.v[_at[13]]), '')
        )::utl_private.incoming_fill
        from (
            select l.line, l.place, string_to_array(l.line, ',') as v
            from string_to_table(lines, E'\n') with ordinality as l (line, place)
            where l.line <> ''
            offset 0                    -- else each use of v would split the line again
        ) as s
    );
end
$line_fills$;

comment on function utl_private.line_fills(text, text[], text, text, text, bigint, text) is
'The rows of plain CSV lines. Blanks around a value do not count, and an empty value is none.';
-- sql/20_facts/quote_shortly.sql
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
-- sql/20_facts/read_fills.sql
create or replace function utl_private.read_fills(incoming utl_private.incoming_fill[])
returns utl_private.checked_fill[]
language plpgsql
as $read_fills$
declare
    _checked utl_private.checked_fill[];
begin
    with lines as (
        select
            u.*,
            nextval('utl_private.fact_ids') as fill_id,
            utl_private.read_time(u.executed_at) as read_at,
            utl_private.fill_problem(u) as flaw
        from unnest(incoming) as u
    ),

    named as (
        select
            l.*, b.book_id, a.account_id, i.instrument_id, f.asset_id,
            case
                when l.flaw is not null or l.read_at is null then null
                when b.book_id is null then 'book ' || l.book
                when a.account_id is null then 'account ' || l.account
                when i.instrument_id is null then 'instrument ' || l.instrument
                when f.asset_id is null and l.fee_asset is not null
                    then 'fee_asset ' || l.fee_asset
            end as unknown
        from lines as l
        left join utl_private.books as b on l.book = b.book
        left join utl_private.accounts as a on l.account = a.account
        left join utl_private.instruments as i on l.instrument = i.instrument
        left join utl_private.assets as f on l.fee_asset = f.asset
    )

    select array_agg((
        n.place, n.line,
        case
            when n.flaw is null and n.read_at is not null and n.unknown is null then 'booked'
            else 'rejected'
        end,
        n.fill_id,
        case
            when n.problem is not null then '22U04'
            when n.flaw is not null or n.read_at is null then '22U03'
            when n.unknown is not null then '22U01'
        end,
        case
            when n.flaw is not null then n.flaw
            when n.read_at is null
                then 'executed_at is not an ISO 8601 time with a zone: '
                    || utl_private.quote_shortly(n.executed_at)
            else n.unknown
        end,
        null, n.read_at,
        case when n.flaw is null then coalesce(n.sequence::bigint, 0) end,
        n.book_id, n.account_id, n.instrument_id, n.asset_id,
        lower(n.side),
        case when n.flaw is null then n.quantity::numeric end,
        case when n.flaw is null then n.price::numeric end,
        case when n.flaw is null then coalesce(n.fee::numeric, 0) end,
        lower(n.liquidity), n.venue_fill_id, n.venue_order_id
    )::utl_private.checked_fill)
    into _checked
    from named as n;
    if '22U01' = any(select c.sqlstate from unnest(_checked) as c) then
        _checked := utl_private.explain_unknown(_checked);
    end if;
    return _checked;
end
$read_fills$;

comment on function utl_private.read_fills(utl_private.incoming_fill[]) is
'Reads rows: text becomes numbers and times, names become ids. A row that cannot be
a fill comes out as rejected: 22U04 it cannot be read, 22U03 a value is missing or impossible,
22U01 a name is unknown. All others come out as booked. Every row takes a fill_id, so that fills
have the order in which they came.';
-- sql/20_facts/read_time.sql
create or replace function utl_private.read_time(written text)
returns timestamptz
language plpgsql
stable
as $read_time$
begin
    if (written like '____-__-__T__:__%' or written like '____-__-__ __:__%')
        and (
            -- What is left without the digits at both ends is told without a regular expression.
            btrim(substr(written, 17), '0123456789:.') in ('Z', '+', '-')
            or substr(written, 17) ~ '^[0-9:.]* ?(Z|[+-][0-9:]+|UTC|[A-Z][A-Za-z_]+/[A-Za-z_/+-]+)$'
        )
    then
        return written::timestamptz;
    elsif written ~ '^[0-9]{13}$' then
        return timestamptz 'epoch' + written::bigint * interval '1 ms';
    end if;
    return null;
exception
    when data_exception then
        return null;
end
$read_time$;

comment on function utl_private.read_time(text) is
'The time that a text says: ISO 8601 with its zone (2026-01-31T12:00:00.123Z, 2026-01-31
12:00+01:00, 2026-01-31 13:00 Europe/Berlin), or Unix time in milliseconds, which has 13 digits.
Null for anything else: without a zone a time is not known. Digits beyond microseconds are
rounded.';
-- sql/20_facts/record_fill_lines.sql
create or replace function utl.record_fill_lines(
    lines text,
    columns text[],
    book text default null,
    account text default null,
    source text default null,
    first_line bigint default 1,
    timezone text default null,
    create_unknown boolean default false,
    venue text default null
)
returns table (line bigint, outcome text, fill_id bigint, sqlstate text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_fill_lines$
declare
    _incoming utl_private.incoming_fill[] := utl_private.line_fills(
        lines, columns, book, account, coalesce(source, ''), first_line, timezone
    );
begin
    if create_unknown then
        perform utl_private.create_unknown(_incoming, venue);
    end if;
    return query
    select
        c.line, c.outcome, case when c.outcome <> 'rejected' then c.fill_id end,
        c.sqlstate, c.reason
    from unnest(utl_private.record_incoming(_incoming)) as c
    order by c.place;
end
$record_fill_lines$;

comment on function utl.record_fill_lines(
    text, text[], text, text, text, bigint, text, boolean, text
) is
'As utl.record_fills, for plain lines of a CSV file: values between commas, without quotes. columns
names the values of a line, as the file''s header does; book and account stand in where the lines
have none; first_line is the number of the first of them. timezone is that of times that have
none. Empty lines are passed over.';
-- sql/20_facts/record_fills.sql
create or replace function utl.record_fills(
    fills jsonb,
    source text default null,
    book text default null,
    account text default null,
    timezone text default null,
    create_unknown boolean default false,
    venue text default null
)
returns table (line bigint, outcome text, fill_id bigint, sqlstate text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_fills$
declare
    _incoming utl_private.incoming_fill[] := utl_private.json_fills(
        fills, coalesce(source, ''), book, account, timezone
    );
begin
    if create_unknown then
        perform utl_private.create_unknown(_incoming, venue);
    end if;
    return query
    select
        c.line, c.outcome, case when c.outcome <> 'rejected' then c.fill_id end,
        c.sqlstate, c.reason
    from unnest(utl_private.record_incoming(_incoming)) as c
    order by c.place;
end
$record_fills$;

comment on function utl.record_fills(
    jsonb, text, text, text, text, boolean, text
) is
'Records fills from a JSON array of objects and returns one row for each: booked; duplicate, if the
fill is there already; conflict, if it is there with other content, which utl.fill_conflicts then
shows; rejected, with SQLSTATE and reason, if it cannot be a fill, which utl.rejected_fills then
shows. A bad row never stops the good ones, and sending everything again books nothing. Keys, with
names and not ids: book, account, instrument, venue_fill_id, side (buy, sell), quantity, price,
executed_at (ISO 8601 with zone, or Unix milliseconds); optional fee (positive = paid), fee_asset,
sequence, liquidity (maker, taker), venue_order_id, and line and raw, to find the row again.
Numbers may be JSON strings. source: where the rows come from, such as a file''s name. book and
account stand in where a row has none; timezone is that of times that have none. create_unknown
adds instruments, fee assets and accounts that are not known; an account at venue, or at what
stands before the first : or - in its name. 22U04 if fills is not an array.';
-- sql/20_facts/record_incoming.sql
create or replace function utl_private.record_incoming(incoming utl_private.incoming_fill[])
returns utl_private.checked_fill[]
language plpgsql
as $record_incoming$
declare
    _half integer := cardinality(incoming) / 2;
    _constraint text;
    _attempts_left integer := 10;
begin
    loop
        begin
            return utl_private.book_incoming(incoming);
        exception
            when data_exception or integrity_constraint_violation or program_limit_exceeded then
                get stacked diagnostics _constraint = constraint_name;
                if _constraint = 'fills_are_recorded_once' then
                    -- Another session has just recorded one of them: look again.
                    _attempts_left := _attempts_left - 1;
                    if _attempts_left = 0 then
                        raise;
                    end if;
                elsif _half = 0 then
                    return utl_private.reject_incoming(incoming, sqlstate, sqlerrm);
                else
                    return utl_private.record_incoming(incoming[:_half])
                        || utl_private.record_incoming(incoming[_half + 1:]);
                end if;
        end;
    end loop;
end
$record_incoming$;

comment on function utl_private.record_incoming(utl_private.incoming_fill[]) is
'Books rows together. Should booking refuse one that looked good, such as a number that overflows,
the halves are booked apart, and theirs again, until that row alone is rejected.';
-- sql/20_facts/refuse_change.sql
create or replace function utl_private.refuse_change()
returns trigger
language plpgsql
as $refuse_change$
begin
    raise exception '% of % is refused: facts are never changed', lower(tg_op), tg_table_name
    using
        errcode = '55U01',
        detail = format('The table is %I.%I.', tg_table_schema, tg_table_name),
        hint = 'Facts are only ever added: what was wrong is put right by another fact.';
end
$refuse_change$;

comment on function utl_private.refuse_change() is
'Trigger: raises 55U01 for every UPDATE, DELETE and TRUNCATE of facts.';

create or replace trigger t10_refuse_change
before update or delete or truncate on utl.fills
for each statement execute function utl_private.refuse_change();
-- sql/20_facts/refuse_partition.sql
create or replace function utl_private.refuse_partition()
returns trigger
language plpgsql
as $refuse_partition$
begin
    raise exception '% of partition % is refused', lower(tg_op), tg_table_name
    using
        errcode = '55U02',
        detail = 'A row that is put into a partition itself would not be booked.',
        hint = 'Insert into utl.fills.';
end
$refuse_partition$;

comment on function utl_private.refuse_partition() is
'Trigger: raises 55U02 for a statement that names a partition. Statement triggers of a partition do
not fire for rows that come through its parent, so it costs booking nothing.';

select utl_private.guard_partition(i.inhrelid::regclass)
from pg_catalog.pg_inherits as i
where i.inhparent = 'utl.fills'::regclass;
-- sql/20_facts/reject_incoming.sql
create or replace function utl_private.reject_incoming(
    incoming utl_private.incoming_fill[], sqlstate text, reason text
)
returns utl_private.checked_fill[]
language plpgsql
as $reject_incoming$
declare
    _checked utl_private.checked_fill[];
begin
    _checked[1].place := incoming[1].place;
    _checked[1].line := incoming[1].line;
    _checked[1].outcome := 'rejected';
    _checked[1].sqlstate := sqlstate;
    _checked[1].reason := reason;
    perform utl_private.keep_rejected(incoming, _checked);
    return _checked;
end
$reject_incoming$;

comment on function utl_private.reject_incoming(utl_private.incoming_fill[], text, text) is
'Rejects a single row that booking refused, with its error.';
-- sql/20_facts/rejected_fills.sql
create or replace view utl.rejected_fills as
select
    r.rejected_fill_id,
    nullif(r.source, '') as source,
    r.line,
    r.sqlstate,
    r.reason,
    r.raw,
    r.content,
    r.rejected_at,
    r.resolved_at,
    r.resolution
from utl_private.rejected_fills as r;

comment on view utl.rejected_fills is
'Rows that could not become fills, as they came. utl.retry_rejected_fills sends the unresolved ones
through again.';
comment on column utl.rejected_fills.rejected_fill_id is 'Id of the rejected row.';
comment on column utl.rejected_fills.source is 'Where it came from, such as a file''s name.';
comment on column utl.rejected_fills.line is 'Its line there, or its place in the array.';
comment on column utl.rejected_fills.sqlstate is
'22U01 unknown name, 22U03 value missing or impossible, 22U04 unreadable; another: booking refused
it.';
comment on column utl.rejected_fills.reason is 'Why, in words, the last time it was sent.';
comment on column utl.rejected_fills.raw is 'The row as it came.';
comment on column utl.rejected_fills.content is 'Its values by column; null if it cannot be read.';
comment on column utl.rejected_fills.rejected_at is 'When it was first rejected.';
comment on column utl.rejected_fills.resolved_at is 'When it was sent again and not rejected.';
comment on column utl.rejected_fills.resolution is
'What became of it then: booked, duplicate or conflict.';
-- sql/20_facts/require_right_to_add.sql
create or replace function utl_private.require_right_to_add()
returns void
language plpgsql
stable
as $require_right_to_add$
declare
    -- current_user is the owner here, and who calls is what it was before.
    _caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
begin
    if not has_function_privilege(_caller, 'utl.add_account(text, text)', 'execute') then
        raise exception 'role % may not add accounts, instruments and assets', _caller
        using
            errcode = '23U04',
            detail = 'No fill was recorded.',
            hint = 'Record without create_unknown, or ask who has the role utl_admin.';
    end if;
end
$require_right_to_add$;

comment on function utl_private.require_right_to_add() is
'Raises 23U04 unless the caller may add reference data: recording fills alone is no right to.';
-- sql/20_facts/resolve_rejected.sql
create or replace function utl_private.resolve_rejected(
    incoming utl_private.incoming_fill[], checked utl_private.checked_fill[]
)
returns void
language plpgsql
set enable_nestloop = off               -- the planner takes every array to be a short one
as $resolve_rejected$
begin
    if not exists (
        select
        from utl_private.rejected_fills as k
        where k.resolved_at is null and k.source in (select u.source from unnest(incoming) as u)
    ) then
        return;
    end if;
    update utl_private.rejected_fills as k
    set resolved_at = clock_timestamp(), resolution = c.outcome
    from (
        select u.place, u.source, u.line, md5(u.raw) as raw_digest from unnest(incoming) as u
    ) as i
    inner join unnest(checked) as c on i.place = c.place
    where
        c.outcome <> 'rejected'
        and k.resolved_at is null
        and k.source = i.source and k.line = i.line and md5(k.raw) = i.raw_digest;
end
$resolve_rejected$;

comment on function utl_private.resolve_rejected(
    utl_private.incoming_fill[], utl_private.checked_fill[]
) is
'Marks rows that were rejected before, and now were not, as resolved.';
-- sql/20_facts/retry_rejected_fills.sql
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
                and r.resolved_at is null and r.content is not null
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
end
$retry_rejected_fills$;

comment on function utl.retry_rejected_fills(text) is
'Sends the rejected rows that are not resolved through again, those of one source or all: after an
instrument was added, say. Returns what became of each, as utl.record_fills does; a row that is
booked, a duplicate or a conflict is resolved, any other stays with its newest reason. Rows that
could not be read at all are left out: only their file can be mended.';
-- sql/20_facts/unknown_reason.sql
create or replace function utl_private.unknown_reason(unknown text, with_nearest boolean)
returns text
language plpgsql
stable
as $unknown_reason$
declare
    _kind text := split_part(unknown, ' ', 1);
    _name text := substr(unknown, length(_kind) + 2);
    _reason text := format(
        'unknown %s %s', replace(_kind, '_', ' '), utl_private.quote_shortly(_name)
    );
    _known text[];
begin
    if not with_nearest then
        return _reason;
    end if;
    _known := case _kind
        when 'book' then array(select b.book from utl_private.books as b)
        when 'account' then array(select a.account from utl_private.accounts as a)
        when 'instrument' then array(select i.instrument from utl_private.instruments as i)
        else array(select f.asset from utl_private.assets as f)
    end;
    return format(
        '%s; the nearest known: %s',
        _reason, coalesce(utl_private.nearest_names(left(_name, 60), _known), 'none')
    );
end
$unknown_reason$;

comment on function utl_private.unknown_reason(text, boolean) is
'Says which name is unknown (book, account, instrument or fee_asset, and the name itself), and which
known ones are the most alike.';
-- sql/20_facts/with_zone.sql
create or replace function utl_private.with_zone(written text, zone text)
returns text
language sql
immutable
parallel safe
as $with_zone$
    select case
        when zone is not null and written ~ '^[0-9]{4}-[0-9-]+[T ][0-9:.]+$'
            then written || ' ' || zone
        else written
    end
$with_zone$;

comment on function utl_private.with_zone(text, text) is
'A time as it was written, with the zone behind it if there is one and the time has none.';
-- sql/24_terms/booking_terms.sql
-- Terms: how each costing books each instrument. A fill becomes one leg for each costing of its
-- book, and what that leg is depends on the costing's method, pool, fees and order, and on the
-- instrument's multiplier, direction and cost currency. Booking reads it here and nowhere else.

create or replace view utl_private.booking_terms as
select
    c.book_id,
    c.costing_id,
    c.method,
    case
        when c.method = 'wac' then 'average'
        when c.method in ('fifo', 'lifo') then 'time'
        else 'rank'
    end as family,
    c.pool = 'account' as by_account,
    c.fees = 'capitalize' as capitalizes_fees,
    c.rank_by = 'unit_cost' as ranks_with_fees,
    c.booking_order = 'arrival' as by_arrival,
    i.instrument_id,
    i.multiplier,
    i.is_inverse,
    i.cost_asset_id
from utl_private.costings as c
cross join utl_private.instruments as i;

comment on view utl_private.booking_terms is
'How each costing books each instrument: all that turns a fill into a leg. family says which fold
computes it: fold_average, fold_lots (by time) or fold_ranked_lots (by rank).';
-- sql/24_terms/position_terms.sql
create or replace view utl_private.position_terms as
select
    p.position_id,
    p.book_id,
    p.costing_id,
    p.account_id,
    p.instrument_id,
    t.method,
    t.family,
    t.capitalizes_fees,
    t.ranks_with_fees,
    t.by_arrival,
    t.multiplier,
    t.is_inverse,
    t.cost_asset_id,
    p.quantity,
    p.cost,
    p.realized_pnl,
    p.fees,
    p.opened_at,
    p.last_effective_at,
    p.last_sequence,
    p.last_fill_id
from utl_private.positions as p
inner join utl_private.booking_terms as t
    on
        p.book_id = t.book_id
        and p.costing_id = t.costing_id
        and p.instrument_id = t.instrument_id;

comment on view utl_private.position_terms is
'Each position with the terms on which it is booked and the state it is in. account_id is 0 where
the whole book is one pool.';
-- sql/26_legs/fill_leg.sql
-- Legs: a fill as a position sees it, a signed quantity and the signed amount of cost currency that
-- goes with it. Buying 2 at 50 is (+2, +100), selling 2 at 60 is (-2, -120). All arithmetic of
-- booking is made of two functions: leg_amount multiplies, exactly; share divides, and rounds once.

create or replace function utl_private.fill_leg(
    fill utl.fills, held utl_private.position_terms
)
returns setof utl_private.leg
language sql
stable
as $fill_leg$
    select
        held.position_id,
        held.book_id,
        held.method,
        case when held.by_arrival then fill.recorded_at else fill.executed_at end,
        case when held.by_arrival then 0 else fill.sequence end,
        fill.fill_id,
        f.quantity,
        f.amount + case when held.capitalizes_fees then f.fee else 0 end,
        f.fee,
        utl_private.lot_rank(held, f.quantity, fill.price, f.fee),
        held.quantity,
        held.cost,
        held.realized_pnl,
        held.fees,
        held.opened_at,
        held.last_effective_at,
        held.last_sequence,
        held.last_fill_id
    from (
        select
            utl_private.signed_quantity(fill.side, fill.quantity) as quantity,
            utl_private.leg_amount(
                utl_private.signed_quantity(fill.side, fill.quantity),
                fill.price, held.multiplier, held.is_inverse
            ) as amount,
            case when fill.fee_asset_id = held.cost_asset_id then fill.fee else 0 end as fee
    ) as f
$fill_leg$;

comment on function utl_private.fill_leg(utl.fills, utl_private.position_terms) is
'The leg of one fill in one position. A fee in the cost currency is part of the amount where the
costing capitalizes fees, and is kept beside it in any case; a fee in another asset moves no cost.
Written so that the planner inlines it: it costs its expressions and no call.';
-- sql/26_legs/leg_amount.sql
create or replace function utl_private.leg_amount(
    quantity numeric, price numeric, multiplier numeric, is_inverse boolean
)
returns numeric
language sql
immutable
parallel safe
as $leg_amount$
    select case
        when is_inverse then utl_private.share(-quantity, multiplier, price)
        else quantity * multiplier * price
    end
$leg_amount$;

comment on function utl_private.leg_amount(numeric, numeric, numeric, boolean) is
'Signed amount of cost currency for a signed quantity: quantity × multiplier × price for linear
contracts and spot, −quantity × multiplier ÷ price for inverse ones (so that their average price is
the harmonic mean). Exact for linear, rounded to 18 places for inverse.';
-- sql/26_legs/lot_rank.sql
create or replace function utl_private.lot_rank(
    held utl_private.position_terms, quantity numeric, price numeric, fee numeric
)
returns numeric
language sql
immutable
parallel safe
as $lot_rank$
    select case
        when held.method not in ('hifo', 'lofo') then 0
        else
            case held.method when 'hifo' then -1 else 1 end
            * sign(quantity)
            * case
                when not held.ranks_with_fees then price
                when held.is_inverse
                    then round((fee + 0e-78) / quantity, 40)
                        - round((held.multiplier + 0e-78) / price, 40)
                else round((fee + 0e-78) / quantity, 40) + held.multiplier * price
            end
    end
$lot_rank$;

comment on function utl_private.lot_rank(utl_private.position_terms, numeric, numeric, numeric) is
'Place of the lot that a fill opens among the open lots of its position: the lowest rank closes
first, the oldest first among equals. hifo closes the lot whose closing realizes least, lofo the one
whose closing realizes most; for a short that is the lot sold lowest or highest. What counts is the
price or, where the costing ranks with fees, cost and fee a unit; never an amount, which is rounded.
fifo and lifo go by time alone: all their ranks are 0.';
-- sql/26_legs/share.sql
create or replace function utl_private.share(total numeric, part numeric, whole numeric)
returns numeric
language sql
immutable
parallel safe
return round((total * part + 0e-78) / whole, 18);

comment on function utl_private.share(numeric, numeric, numeric) is
'total × part ÷ whole, rounded once, half away from zero, to 18 places. Numeric division keeps only
about 16 significant digits unless an operand carries the scale: 0e-78 makes the quotient exact to
60 places beyond the rounding. Callers give whatever remains to the last part, so nothing is lost.';
-- sql/26_legs/signed_quantity.sql
create or replace function utl_private.signed_quantity(side text, quantity numeric)
returns numeric
language sql
immutable
parallel safe
as $signed_quantity$
    select case when side = 'buy' then quantity else -quantity end
$signed_quantity$;

comment on function utl_private.signed_quantity(text, numeric) is
'A fill''s quantity as its position sees it: positive bought, negative sold.';
-- sql/30_booking/add_other_fees.sql
-- Booking: every fill becomes a leg of each position it moves, and a fold turns legs into entries.
--
-- A leg is a signed quantity and the signed amount of cost currency that goes with it: buying 2 at
-- 50 is (+2, +100), selling 2 at 60 is (-2, -120). A position is (quantity, cost), both signed. A
-- leg that opens adds itself; a leg that closes takes its share of the cost away, and the
-- difference to its own amount is realized. So for every entry: cost after = cost before + amount +
-- realized.

create or replace function utl_private.add_other_fees(
    touched utl_private.touched[], held utl_private.position_terms[]
)
returns void
language sql
as $add_other_fees$
    insert into utl_private.position_fees as o (position_id, book_id, asset_id, fees)
    select p.position_id, p.book_id, t.fee_asset_id, sum(t.fee)
    from unnest(touched) as t
    inner join unnest(held) as p
        on
            t.book_id = p.book_id
            and t.instrument_id = p.instrument_id
            and p.account_id in (0, t.account_id)
    where t.fee <> 0 and t.fee_asset_id <> p.cost_asset_id
    group by p.position_id, p.book_id, t.fee_asset_id
    order by p.position_id, t.fee_asset_id
    on conflict on constraint position_fees_pkey do update set fees = o.fees + excluded.fees
$add_other_fees$;

comment on function utl_private.add_other_fees(
    utl_private.touched[], utl_private.position_terms[]
) is
'Adds the fees that were paid in another asset than the cost currency to the positions held, by
asset.';
-- sql/30_booking/add_positions.sql
create or replace function utl_private.add_positions(touched utl_private.touched[])
returns void
language sql
as $add_positions$
    insert into utl_private.positions (book_id, costing_id, account_id, instrument_id)
    select distinct
        t.book_id,
        b.costing_id,
        case when b.by_account then t.account_id else 0 end,
        t.instrument_id
    from unnest(touched) as t
    inner join utl_private.booking_terms as b
        on t.book_id = b.book_id and t.instrument_id = b.instrument_id
    order by 1, 2, 4, 3
    on conflict on constraint positions_are_one_a_key do nothing
$add_positions$;

comment on function utl_private.add_positions(utl_private.touched[]) is
'Makes the positions that fills touch and that are not there yet, in the order of their keys.';
-- sql/30_booking/book_fills.sql
create or replace function utl_private.book_fills()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $book_fills$
declare
    _touched utl_private.touched[];
    _held utl_private.position_terms[];
    _position utl_private.position_terms;
    _families text[] := array[]::text[];
    _family text;
    _legs refcursor;
    _late bigint[] := array[]::bigint[];
begin
    with remembered as (
        insert into utl_private.fill_keys (
            account_id, venue_fill_id, fill_id, executed_at, content_digest
        )
        select f.account_id, f.venue_fill_id, f.fill_id, f.executed_at, utl_private.fill_digest(f)
        from new_fills as f
        order by f.account_id, f.venue_fill_id
    )

    select array_agg(t::utl_private.touched) into _touched
    from (
        select f.book_id, f.account_id, f.instrument_id, f.fee_asset_id, sum(f.fee) as fee
        from new_fills as f
        group by f.book_id, f.account_id, f.instrument_id, f.fee_asset_id
    ) as t;
    if _touched is null then            -- a statement without rows
        return null;
    end if;

    _held := utl_private.lock_positions(_touched);
    foreach _position in array _held loop
        if _position.family <> all(_families) then
            _families := _families || _position.family;
        end if;
    end loop;

    for _pass in 1..2 loop              -- first all that is in order, then what is late
        exit when _pass = 2 and cardinality(_late) = 0;
        foreach _family in array _families loop
            open _legs no scroll for
                select l.*
                from new_fills as f
                inner join unnest(_held) as h
                    on
                        f.book_id = h.book_id
                        and f.instrument_id = h.instrument_id
                        and h.account_id in (0, f.account_id)
                cross join lateral utl_private.fill_leg(f, h) as l
                where h.family = _family and (_pass = 1 or h.position_id = any(_late))
                order by l.position_id, l.effective_at, l.sequence, l.fill_id;
            if _pass = 1 then
                _late := _late || utl_private.book_legs(_legs, _family);
            else
                perform utl_private.restate(_legs, _family);
            end if;
            close _legs;
        end loop;
    end loop;
    return null;
end
$book_fills$;

comment on function utl_private.book_fills() is
'Trigger on utl.fills, once a statement: remember the keys, lock the positions, fold.';

create or replace trigger t30_book_fills
after insert on utl.fills
referencing new table as new_fills
for each statement execute function utl_private.book_fills();
-- sql/30_booking/book_legs.sql
create or replace function utl_private.book_legs(legs refcursor, family text)
returns bigint[]
language plpgsql
as $book_legs$
declare
    _booked_at timestamptz := clock_timestamp();
    _changes utl_private.open_lots[];
    _late bigint[];
begin
    with folded as materialized (
        select f.* from utl_private.fold(legs, family) as f
    ),

    journal as (
        insert into utl_private.entries (
            position_id, effective_at, sequence, fill_id, booked_at, lot_fill_id, lot_opened_at,
            book_id, part, rank, quantity, amount, fee, realized_pnl,
            quantity_after, cost_after, realized_pnl_after, fees_after
        )
        select
            f.position_id, f.effective_at, f.sequence, f.fill_id, _booked_at, f.lot_fill_id,
            f.lot_opened_at, f.book_id, f.part, nullif(f.rank, 0), f.quantity, f.amount, f.fee,
            f.realized_pnl,
            f.quantity_after, f.cost_after, f.realized_pnl_after, f.fees_after
        from folded as f
        where f.part is not null
    ),

    moved as (
        update utl_private.positions as p
        set
            version = p.version + 1,
            opened_at = f.opened_at,
            last_effective_at = f.effective_at,
            last_sequence = f.sequence,
            last_fill_id = f.fill_id,
            quantity = f.quantity_after,
            cost = f.cost_after,
            realized_pnl = f.realized_pnl_after,
            fees = f.fees_after
        from folded as f
        where
            f.part is null and not f.is_late
            and p.position_id = f.position_id and p.book_id = f.book_id
    ),

    lot_changes as (
        select
            f.position_id, max(f.rank) filter (where f.lot_fill_id is null) as rank,
            coalesce(f.lot_opened_at, f.effective_at) as opened_at,
            max(f.sequence) filter (where f.lot_fill_id is null) as sequence,
            coalesce(f.lot_fill_id, f.fill_id) as fill_id, f.book_id,
            sum(f.quantity) as quantity, sum(f.amount + f.realized_pnl) as cost
        from folded as f
        where f.part is not null and family <> 'average'
        group by f.position_id, f.book_id, 3, 5
        having sum(f.quantity) <> 0
    )

    select
        (select array_agg(f.position_id) from folded as f where f.is_late),
        (select array_agg(c::utl_private.open_lots) from lot_changes as c)
    into _late, _changes;
    if _changes is not null then
        perform utl_private.change_lots(_changes);
    end if;
    return _late;
end
$book_legs$;

comment on function utl_private.book_legs(refcursor, text) is
'Folds the legs of one family of methods (average, time, rank) and writes all that comes out:
entries and positions by one statement, then lots. A lot''s change is the sum of the entries that
touch it, so that lots and journal cannot disagree. Returns the positions that were left alone
because their legs are late.';
-- sql/30_booking/book_part.sql
create or replace function utl_private.book_part(
    state utl_private.outcome, leg utl_private.leg, held utl_private.open_lots
)
returns utl_private.outcome
language plpgsql
immutable
as $book_part$
declare
    _cost_change numeric;
begin
    if state.fill_id = leg.fill_id then
        state.part := state.part + 1;
        state.fee := 0;
    else
        state.part := 1;
        state.effective_at := leg.effective_at;
        state.sequence := leg.sequence;
        state.fill_id := leg.fill_id;
        state.rank := leg.rank;
        state.fee := leg.fee;
        state.fees_after := state.fees_after + leg.fee;
    end if;
    state.lot_fill_id := held.fill_id;
    state.lot_opened_at := held.opened_at;
    state.quantity := leg.quantity;
    state.amount := leg.amount;
    if held.quantity * leg.quantity < 0 then
        if abs(leg.quantity) < abs(held.quantity) then
            _cost_change := utl_private.share(held.cost, leg.quantity, held.quantity);
        else                            -- the last unit takes the whole rest of the cost
            _cost_change := -held.cost;
            if leg.quantity <> -held.quantity then
                state.quantity := -held.quantity;
                state.amount := utl_private.share(leg.amount, held.quantity, -leg.quantity);
            end if;
        end if;
        state.realized_pnl := _cost_change - state.amount;
        state.realized_pnl_after := state.realized_pnl_after + state.realized_pnl;
    else
        _cost_change := leg.amount;
        state.realized_pnl := 0;
        state.opened_at := coalesce(state.opened_at, leg.effective_at);
    end if;
    state.quantity_after := state.quantity_after + state.quantity;
    state.cost_after := state.cost_after + _cost_change;
    if state.quantity_after = 0 then
        state.opened_at := null;
    end if;
    return state;
end
$book_part$;

comment on function utl_private.book_part(
    utl_private.outcome, utl_private.leg, utl_private.open_lots
) is
'Books as much as possible of what is left of a leg against what is held: the lot in use, or the
average. A leg of the other sign closes: it takes cost × closed ÷ quantity of what is held, at
most all of it. Against nothing, or the same sign, all of it opens. Returns the entry and the
state after it; for each, exactly, cost after = cost before + amount + realized.';
-- sql/30_booking/build_costing.sql
create or replace function utl_private.build_costing(book_id integer, costing text)
returns void
language plpgsql
as $build_costing$
declare
    _touched utl_private.touched[];
    _held utl_private.position_terms[];
    _family text;
    _positions bigint[];
    _legs refcursor;
begin
    select array_agg(t::utl_private.touched) into _touched
    from (
        select f.book_id, f.account_id, f.instrument_id, f.fee_asset_id, sum(f.fee) as fee
        from utl.fills as f
        where f.book_id = build_costing.book_id
        group by f.book_id, f.account_id, f.instrument_id, f.fee_asset_id
    ) as t;
    perform utl_private.add_positions(_touched);
    select array_agg(h), array_agg(h.position_id), min(h.family)
    into _held, _positions, _family
    from utl_private.position_terms as h
    inner join utl_private.costings as c
        on h.book_id = c.book_id and h.costing_id = c.costing_id
    where h.book_id = build_costing.book_id and c.costing = build_costing.costing;
    perform utl_private.add_other_fees(_touched, _held);
    open _legs no scroll for
        select l.*
        from utl_private.fact_legs(_positions) as l
        order by l.position_id, l.effective_at, l.sequence, l.fill_id;
    perform utl_private.book_legs(_legs, _family);
    close _legs;
end
$build_costing$;

comment on function utl_private.build_costing(integer, text) is
'Builds a new costing of a book from the fills that the book has.';
-- sql/30_booking/change_lots.sql
create or replace function utl_private.change_lots(changes utl_private.open_lots[])
returns void
language sql
as $change_lots$
    with opened as (
        insert into utl_private.open_lots
        select c.* from unnest(changes) as c where c.sequence is not null
    ),

    used_up as (
        delete from utl_private.open_lots as o
        using unnest(changes) as c
        where
            c.sequence is null
            and o.position_id = c.position_id and o.fill_id = c.fill_id and o.book_id = c.book_id
            and o.quantity + c.quantity = 0
    )

    update utl_private.open_lots as o
    set quantity = o.quantity + c.quantity, cost = o.cost + c.cost
    from unnest(changes) as c
    where
        c.sequence is null
        and o.position_id = c.position_id and o.fill_id = c.fill_id and o.book_id = c.book_id
        and o.quantity + c.quantity <> 0
$change_lots$;

comment on function utl_private.change_lots(utl_private.open_lots[]) is
'Writes what entries did to lots: a change with a sequence is a lot that they opened and left open;
one without is added to a lot that was open before, which goes when nothing is left.';
-- sql/30_booking/close_cursor.sql
create or replace function utl_private.close_cursor(open_cursor refcursor)
returns refcursor
language plpgsql
as $close_cursor$
begin
    if open_cursor is not null then
        close open_cursor;
    end if;
    return null;
end
$close_cursor$;

comment on function utl_private.close_cursor(refcursor) is
'Closes a cursor if there is one, and returns null in its place.';
-- sql/30_booking/fact_legs.sql
create or replace function utl_private.fact_legs(positions bigint[])
returns setof utl_private.leg
language sql
stable
as $fact_legs$
    select
        l.position_id, l.book_id, l.method, l.effective_at, l.sequence, l.fill_id,
        l.quantity, l.amount, l.fee, l.rank,
        0, 0, 0, 0, null::timestamptz, '-infinity'::timestamptz, 0::bigint, 0::bigint
    from unnest(positions) as k (position_id)
    inner join utl_private.position_terms as p on k.position_id = p.position_id
    inner join utl.fills as f
        on
            p.book_id = f.book_id
            and p.instrument_id = f.instrument_id
            and p.account_id in (0, f.account_id)
    cross join lateral utl_private.fill_leg(f, p) as l
$fact_legs$;

comment on function utl_private.fact_legs(bigint[]) is
'All legs of positions, from the facts alone, each with an empty position to start from.';
-- sql/30_booking/fold.sql
create or replace function utl_private.fold(legs refcursor, family text)
returns setof utl_private.outcome
language sql
stable
as $fold$
    select a.* from utl_private.fold_average(legs) as a where family = 'average'
    union all
    select l.* from utl_private.fold_lots(legs) as l where family = 'time'
    union all
    select r.* from utl_private.fold_ranked_lots(legs) as r where family = 'rank'
$fold$;

comment on function utl_private.fold(refcursor, text) is
'The fold of one family of methods over legs ordered by position, effective_at, sequence and
fill_id. The planner inlines it, and only the fold that is asked for runs. It reads open lots and
writes nothing: booking and replay are one computation.';
-- sql/30_booking/fold_average.sql
create or replace function utl_private.fold_average(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_average$
declare
    leg utl_private.leg;                -- its quantity and amount: what is not booked yet
    state utl_private.outcome;          -- the position's running state, and the entry being made
    held utl_private.open_lots;         -- the whole position as if it were one lot
begin
    loop
        fetch legs into leg;
        if leg.position_id is distinct from state.position_id or leg.position_id is null then
            if state.position_id is not null then
                state.part := null;
                return next state;
            end if;
            exit when leg.position_id is null;
            state := utl_private.opening_state(leg);
        end if;
        continue when state.is_late;

        loop
            held.quantity := state.quantity_after;
            held.cost := state.cost_after;
            state := utl_private.book_part(state, leg, held);
            return next state;
            exit when state.quantity = leg.quantity;
            leg.quantity := leg.quantity - state.quantity;
            leg.amount := leg.amount - state.amount;
        end loop;
    end loop;
end
$fold_average$;

comment on function utl_private.fold_average(refcursor) is
'Folds legs, ordered by position and then by time, into entries at weighted average cost. A leg
that opens adds its amount to the cost; a leg that closes takes cost × closed ÷ quantity; a leg
through zero closes first and opens with the rest. Returns each entry, and each position''s state
at its end.';
-- sql/30_booking/fold_lots.sql
create or replace function utl_private.fold_lots(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_lots$
declare
    leg utl_private.leg;                -- its quantity and amount: what is not booked yet
    state utl_private.outcome;          -- the position's running state, and the entry being made
    lot utl_private.open_lots;          -- the lot in use; its quantity is 0 when there is none
    opened utl_private.open_lots[];     -- lots of this statement: fifo a queue, lifo a stack
    first integer;
    last integer;
    stored refcursor;                   -- lots open before it, the next to close first
begin
    loop
        fetch legs into leg;
        if leg.position_id is distinct from state.position_id or leg.position_id is null then
            if state.position_id is not null then
                state.part := null;
                return next state;
            end if;
            exit when leg.position_id is null;
            state := utl_private.opening_state(leg);
            stored := utl_private.close_cursor(stored);
            lot.quantity := 0;
            first := 1;
            last := 0;
        end if;
        continue when state.is_late;

        while state.quantity_after * leg.quantity < 0 loop
            if lot.quantity = 0 and leg.method = 'lifo' and last > 0 then
                lot := opened[last];
                last := last - 1;
            elsif lot.quantity = 0 then
                stored := coalesce(stored, utl_private.stored_lots(leg));
                fetch stored into lot;
                if not found then
                    lot := opened[first];
                    first := first + 1;
                end if;
            end if;
            state := utl_private.book_part(state, leg, lot);
            return next state;
            lot.quantity := lot.quantity + state.quantity;
            lot.cost := lot.cost + state.amount + state.realized_pnl;
            leg.quantity := leg.quantity - state.quantity;
            leg.amount := leg.amount - state.amount;
        end loop;
        continue when leg.quantity = 0;

        if leg.method = 'lifo' and lot.quantity <> 0 then
            last := last + 1;
            opened[last] := lot;
            lot.quantity := 0;
        end if;
        last := last + 1;
        opened[last] := utl_private.new_lot(leg);
        state := utl_private.book_part(state, leg, null);
        return next state;
    end loop;
end
$fold_lots$;

comment on function utl_private.fold_lots(refcursor) is
'Folds legs, ordered by position and then by time, into entries by lots in order of time: fifo
closes the oldest open lot first, lifo the youngest. Lots that were open before are read lazily,
as far as needed. Returns each entry, and each position''s state at its end.';
-- sql/30_booking/fold_ranked_lots.sql
create or replace function utl_private.fold_ranked_lots(legs refcursor)
returns setof utl_private.outcome
language plpgsql
as $fold_ranked_lots$
declare
    leg utl_private.leg;                -- its quantity and amount: what is not booked yet
    state utl_private.outcome;          -- the position's running state, and the entry being made
    lot utl_private.open_lots;
    heap utl_private.open_lots[];       -- lots of this statement, the next to close at 1
    size integer;
    i integer;
    child integer;
    stored refcursor;                   -- lots open before it, the next to close waits at heap[0]
begin
    loop
        fetch legs into leg;
        if leg.position_id is distinct from state.position_id or leg.position_id is null then
            if state.position_id is not null then
                state.part := null;
                return next state;
            end if;
            exit when leg.position_id is null;
            state := utl_private.opening_state(leg);
            stored := utl_private.close_cursor(stored);
            heap := null;
            size := 0;
        end if;
        continue when state.is_late;

        while state.quantity_after * leg.quantity < 0 loop
            if coalesce(heap[0].quantity, 0) = 0 then
                stored := coalesce(stored, utl_private.stored_lots(leg));
                fetch stored into lot;
                heap[0] := lot;
            end if;
            i := (size > 0 and coalesce(heap[1] < heap[0], true))::integer;
            lot := heap[i];
            state := utl_private.book_part(state, leg, lot);
            return next state;
            leg.quantity := leg.quantity - state.quantity;
            leg.amount := leg.amount - state.amount;
            lot.quantity := lot.quantity + state.quantity;
            lot.cost := lot.cost + state.amount + state.realized_pnl;
            heap[i] := lot;
            continue when i = 0 or lot.quantity <> 0;

            size := size - 1;           -- off the heap: the last one sinks from the top
            loop
                child := 2 * i + (2 * i < size and heap[2 * i + 1] < heap[2 * i])::integer;
                exit when child > size or heap[size + 1] < heap[child];
                heap[i] := heap[child];
                i := child;
            end loop;
            heap[i] := heap[size + 1];
        end loop;
        continue when leg.quantity = 0;

        lot := utl_private.new_lot(leg);
        size := size + 1;               -- onto the heap: the new one rises from the bottom
        i := size;
        while i > 1 and lot < heap[i / 2] loop
            heap[i] := heap[i / 2];
            i := i / 2;
        end loop;
        heap[i] := lot;
        state := utl_private.book_part(state, leg, null);
        return next state;
    end loop;
end
$fold_ranked_lots$;

comment on function utl_private.fold_ranked_lots(refcursor) is
'Folds legs, ordered by position and then by time, into entries by lots in order of rank: the
lowest rank closes first, the oldest among equals. The lots of the statement are kept in a binary
heap, those that were open before are read lazily from their index. Returns each entry, and each
position''s state at its end.';
-- sql/30_booking/lock_positions.sql
create or replace function utl_private.lock_positions(touched utl_private.touched[])
returns utl_private.position_terms[]
language plpgsql
as $lock_positions$
declare
    _positions bigint[];
    _is_unknown boolean;
    _is_missing boolean;
    _has_other_fees boolean;
    _held utl_private.position_terms[];
begin
    loop
        select
            array_agg(distinct p.position_id),
            bool_or(
                b.costing_id is null
                or not exists (
                    select from utl_private.accounts as a where a.account_id = t.account_id
                )
                or (t.fee_asset_id is not null and not exists (
                    select from utl_private.assets as f where f.asset_id = t.fee_asset_id
                ))
            ),
            bool_or(p.position_id is null),
            bool_or(t.fee <> 0 and t.fee_asset_id is distinct from b.cost_asset_id)
        into _positions, _is_unknown, _is_missing, _has_other_fees
        from unnest(touched) as t
        left join utl_private.booking_terms as b
            on t.book_id = b.book_id and t.instrument_id = b.instrument_id
        left join utl_private.positions as p
            on
                b.book_id = p.book_id
                and b.costing_id = p.costing_id
                and p.account_id = case when b.by_account then t.account_id else 0 end
                and b.instrument_id = p.instrument_id;
        if _is_unknown then
            perform utl_private.refuse_unknown(touched);
        end if;
        exit when not _is_missing;
        perform utl_private.add_positions(touched);
    end loop;

    with locked as (
        select p.*
        from utl_private.positions as p
        where p.position_id = any(_positions)
        order by p.position_id
        for update
    )

    select array_agg(row(
        l.position_id, l.book_id, l.costing_id, l.account_id, l.instrument_id,
        t.method, t.family, t.capitalizes_fees, t.ranks_with_fees, t.by_arrival,
        t.multiplier, t.is_inverse, t.cost_asset_id,
        l.quantity, l.cost, l.realized_pnl, l.fees, l.opened_at,
        l.last_effective_at, l.last_sequence, l.last_fill_id
    )::utl_private.position_terms) into _held
    from locked as l
    inner join utl_private.booking_terms as t
        on
            l.book_id = t.book_id and l.costing_id = t.costing_id
            and l.instrument_id = t.instrument_id;
    if _has_other_fees then
        perform utl_private.add_other_fees(touched, _held);
    end if;
    return _held;
end
$lock_positions$;

comment on function utl_private.lock_positions(utl_private.touched[]) is
'Makes the positions that are missing, in the order of their keys, and only then locks all that are
touched, in the order of their ids: sessions that lock in one order cannot deadlock. A locked row is
read as the session before left it. Returns the positions with their terms and state. 23U01: a fill
refers to a book, account, instrument or asset that is not there.';
-- sql/30_booking/new_lot.sql
create or replace function utl_private.new_lot(leg utl_private.leg)
returns utl_private.open_lots
language plpgsql
immutable
as $new_lot$
declare
    lot utl_private.open_lots;
begin
    lot.position_id := leg.position_id;
    lot.rank := leg.rank;
    lot.opened_at := leg.effective_at;
    lot.sequence := leg.sequence;
    lot.fill_id := leg.fill_id;
    lot.book_id := leg.book_id;
    lot.quantity := leg.quantity;
    lot.cost := leg.amount;
    return lot;
end
$new_lot$;

comment on function utl_private.new_lot(utl_private.leg) is
'The lot that what is left of a leg opens.';
-- sql/30_booking/opening_state.sql
create or replace function utl_private.opening_state(leg utl_private.leg)
returns utl_private.outcome
language plpgsql
immutable
as $opening_state$
declare
    state utl_private.outcome;
begin
    state.is_late := (leg.effective_at, leg.sequence, leg.fill_id)
        < (leg.last_effective_at, leg.last_sequence, leg.last_fill_id);
    state.position_id := leg.position_id;
    state.book_id := leg.book_id;
    state.quantity_after := leg.position_quantity;
    state.cost_after := leg.position_cost;
    state.realized_pnl_after := leg.position_realized_pnl;
    state.fees_after := leg.position_fees;
    state.opened_at := leg.position_opened_at;
    return state;
end
$opening_state$;

comment on function utl_private.opening_state(utl_private.leg) is
'The state in which a fold meets a position, from the position''s first leg. It is late if that leg
is older than the position''s last entry: then its place is not at the end, and it is not folded.';
-- sql/30_booking/refuse_unknown.sql
create or replace function utl_private.refuse_unknown(touched utl_private.touched[])
returns void
language plpgsql
as $refuse_unknown$
declare
    _what text;
begin
    select
        case
            when b.book_id is null then format('book %s', t.book_id)
            when a.account_id is null then format('account %s', t.account_id)
            when i.instrument_id is null then format('instrument %s', t.instrument_id)
            else format('fee asset %s', t.fee_asset_id)
        end
    into _what
    from unnest(touched) as t
    left join utl_private.books as b on t.book_id = b.book_id
    left join utl_private.accounts as a on t.account_id = a.account_id
    left join utl_private.instruments as i on t.instrument_id = i.instrument_id
    left join utl_private.assets as f on t.fee_asset_id = f.asset_id
    where
        b.book_id is null or a.account_id is null or i.instrument_id is null
        or (t.fee_asset_id is not null and f.asset_id is null)
    limit 1;
    raise exception 'a fill refers to unknown %', _what
    using
        errcode = '23U01',
        detail = 'No fill of this statement was recorded.',
        hint = 'Ids are those of utl.books, utl.accounts, utl.instruments and utl.assets.';
end
$refuse_unknown$;

comment on function utl_private.refuse_unknown(utl_private.touched[]) is
'Raises 23U01 for the first book, account, instrument or fee asset that is not there.';
-- sql/30_booking/restate.sql
create or replace function utl_private.restate(legs refcursor, family text)
returns void
language plpgsql
as $restate$
declare
    _restatement_id bigint := nextval('utl_private.restatement_ids');
    _leg utl_private.leg;
    _new_legs utl_private.leg[];
    _points utl_private.leg[];
    _legs refcursor;
begin
    loop
        fetch legs into _leg;
        exit when not found;
        if _leg.position_id is distinct from _points[cardinality(_points)].position_id then
            _points := array_append(_points, _leg);
        end if;
        _new_legs := array_append(_new_legs, _leg);
    end loop;
    perform utl_private.supersede_entries(_restatement_id, _points);
    perform utl_private.restore_lots(_restatement_id, _points);
    open _legs no scroll for
        select l.*
        from utl_private.restated_legs(_restatement_id, _points, _new_legs) as l
        order by l.position_id, l.effective_at, l.sequence, l.fill_id;
    perform utl_private.book_legs(_legs, family);
    close _legs;
end
$restate$;

comment on function utl_private.restate(refcursor, text) is
'Books legs that are older than the last entries of their positions: takes back what comes after the
earliest new leg of each position (its point), and folds that again together with the new legs. The
work is proportional to what came after the point, not to the history before it.';
-- sql/30_booking/restated_legs.sql
create or replace function utl_private.restated_legs(
    restatement_id bigint, points utl_private.leg[], new_legs utl_private.leg[]
)
returns setof utl_private.leg
language sql
stable
as $restated_legs$
    with undone as (
        select
            s.position_id, s.effective_at, s.sequence, s.fill_id,
            sum(s.quantity) as quantity, sum(s.amount) as amount, sum(s.fee) as fee,
            coalesce(max(s.rank), 0) as rank
        from utl_private.superseded_entries as s
        inner join unnest(points) as p on s.position_id = p.position_id
        where s.restatement_id = restated_legs.restatement_id
        group by 1, 2, 3, 4
    ),

    legs as (
        select
            n.position_id, n.effective_at, n.sequence, n.fill_id,
            n.quantity, n.amount, n.fee, n.rank
        from unnest(new_legs) as n
        union all
        select
            u.position_id, u.effective_at, u.sequence, u.fill_id,
            u.quantity, u.amount, u.fee, u.rank
        from undone as u
    )

    select
        p.position_id, p.book_id, p.method,
        l.effective_at, l.sequence, l.fill_id, l.quantity, l.amount, l.fee, l.rank,
        s.quantity, s.cost, s.realized_pnl, s.fees, s.opened_at,
        '-infinity'::timestamptz, 0::bigint, 0::bigint
    from unnest(points) as p
    cross join lateral utl_private.state_before(p) as s
    inner join legs as l on p.position_id = l.position_id
$restated_legs$;

comment on function utl_private.restated_legs(
    bigint, utl_private.leg[], utl_private.leg[]
) is
'The new legs and those of the superseded entries, each with the state of its position at the point
from which it is folded again.';
-- sql/30_booking/restore_lots.sql
create or replace function utl_private.restore_lots(
    restatement_id bigint, points utl_private.leg[]
)
returns void
language sql
as $restore_lots$
    with undone as materialized (
        select s.*
        from utl_private.superseded_entries as s
        inner join unnest(points) as p on s.position_id = p.position_id
        where s.restatement_id = restore_lots.restatement_id
    ),

    unopened as (
        delete from utl_private.open_lots as o
        using undone as u
        where
            u.lot_fill_id is null
            and o.position_id = u.position_id and o.fill_id = u.fill_id and o.book_id = u.book_id
    ),

    unclosed as (
        select
            c.position_id, c.book_id, c.lot_fill_id, c.lot_opened_at,
            -sum(c.quantity) as quantity,
            -sum(c.amount + c.realized_pnl) as cost
        from undone as c
        where
            c.lot_fill_id is not null
            and not exists (
                select from undone as o
                where
                    o.position_id = c.position_id and o.fill_id = c.lot_fill_id
                    and o.lot_fill_id is null
            )
        group by 1, 2, 3, 4
    )

    insert into utl_private.open_lots as l (
        position_id, opened_at, sequence, fill_id, book_id, rank, quantity, cost
    )
    select
        c.position_id, c.lot_opened_at, o.sequence, c.lot_fill_id, c.book_id,
        coalesce(o.rank, 0), c.quantity, c.cost
    from unclosed as c
    inner join utl_private.entries as o
        on
            c.position_id = o.position_id and c.lot_opened_at = o.effective_at
            and c.lot_fill_id = o.fill_id
    where o.lot_fill_id is null
    on conflict on constraint open_lots_pkey do update
    set quantity = l.quantity + excluded.quantity, cost = l.cost + excluded.cost
$restore_lots$;

comment on function utl_private.restore_lots(bigint, utl_private.leg[]) is
'Puts the open lots back to where they stood at each point: lots that superseded entries opened go,
and what superseded entries closed of older lots comes back, to the last digit.';
-- sql/30_booking/state_before.sql
create or replace function utl_private.state_before(point utl_private.leg)
returns table (
    quantity numeric, cost numeric, realized_pnl numeric, fees numeric, opened_at timestamptz
)
language sql
stable
as $state_before$
    with last_entry as (
        select e.*
        from utl_private.entries as e
        where
            e.position_id = point.position_id
            and e.effective_at <= point.effective_at
            and (e.effective_at, e.sequence, e.fill_id)
            < (point.effective_at, point.sequence, point.fill_id)
        order by e.effective_at desc, e.sequence desc, e.fill_id desc, e.part desc
        limit 1
    ),

    opening as (
        select e.effective_at
        from last_entry as l
        inner join utl_private.entries as e on l.position_id = e.position_id
        where
            l.quantity_after <> 0
            and e.effective_at <= l.effective_at
            and e.quantity = e.quantity_after
            and (e.effective_at, e.sequence, e.fill_id)
            < (point.effective_at, point.sequence, point.fill_id)
        order by e.effective_at desc
        limit 1
    )

    select
        coalesce(l.quantity_after, 0),
        coalesce(l.cost_after, 0),
        coalesce(l.realized_pnl_after, 0),
        coalesce(l.fees_after, 0),
        case
            when point.position_opened_at < point.effective_at then point.position_opened_at
            else (select o.effective_at from opening as o)
        end
    from (select) as one
    left join last_entry as l on true
$state_before$;

comment on function utl_private.state_before(utl_private.leg) is
'Quantity, cost, realized PnL and fees of a position just before a point in its order, and when the
run it is in was opened: the run that is open now, if it already was then, else the last entry
before the point that started from flat.';
-- sql/30_booking/stored_lots.sql
create or replace function utl_private.stored_lots(leg utl_private.leg)
returns refcursor
language plpgsql
as $stored_lots$
declare
    _lots refcursor;
begin
    if leg.method = 'lifo' then
        open _lots no scroll for
            select o.*
            from utl_private.open_lots as o
            where o.position_id = leg.position_id and leg.position_quantity <> 0
            order by o.rank desc, o.opened_at desc, o.sequence desc, o.fill_id desc;
    else
        open _lots no scroll for
            select o.*
            from utl_private.open_lots as o
            where o.position_id = leg.position_id and leg.position_quantity <> 0
            order by o.rank, o.opened_at, o.sequence, o.fill_id;
    end if;
    return _lots;
end
$stored_lots$;

comment on function utl_private.stored_lots(utl_private.leg) is
'A cursor over the open lots of the leg''s position, the first to close first. It reads the
index lazily: a fill into a position of 100,000 lots costs
what it costs with ten. A position that starts flat has none, whatever is stored: so a replay
from the facts does not see the lots of today.';
-- sql/30_booking/supersede_entries.sql
create or replace function utl_private.supersede_entries(
    restatement_id bigint, points utl_private.leg[]
)
returns void
language sql
as $supersede_entries$
    with undone as (
        delete from utl_private.entries as e
        using unnest(points) as p
        where
            e.position_id = p.position_id
            and e.book_id = p.book_id
            and e.effective_at >= p.effective_at
            and (e.effective_at, e.sequence, e.fill_id)
            > (p.effective_at, p.sequence, p.fill_id)
        returning e.*
    )

    insert into utl_private.superseded_entries
    select
        u.*,
        supersede_entries.restatement_id,
        clock_timestamp()
    from undone as u
$supersede_entries$;

comment on function utl_private.supersede_entries(bigint, utl_private.leg[]) is
'Takes the entries after each point out of the journal and keeps them with the time at which they
stopped being believed.';
-- sql/36_unit_costs/average_cost.sql
-- Positions: where we stand, and how we came there.
--
-- What is stored is quantity and cost, both signed; a price is only derived, when it is shown.
-- Every row can be traced: a position's figures are those of its last entry, an entry is part of
-- one fill, and a part that closes names the lot it closed.

create or replace function utl_private.average_cost(
    quantity numeric, cost numeric, multiplier numeric, is_inverse boolean
)
returns numeric
language sql
immutable
parallel safe
return trim_scale(case
    when quantity = 0 or (is_inverse and cost = 0) then null
    when is_inverse then utl_private.share(-quantity, multiplier, cost)
    else utl_private.share(cost, 1, quantity * multiplier)
end);

comment on function utl_private.average_cost(numeric, numeric, numeric, boolean) is
'The price at which a quantity has its cost, in price terms, rounded to 18 places for show; null
when there is nothing. Harmonic for inverse contracts. Its body is bound when it is made, not when
it runs, because readers of the views may not look into utl_private.';
-- sql/36_unit_costs/unit_costs.sql
create or replace view utl.unit_costs as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    c.is_primary,
    trim_scale(p.quantity) as quantity,
    utl_private.average_cost(p.quantity, p.cost, i.multiplier, i.is_inverse) as average_cost,
    trim_scale(p.cost) as cost,
    i.cost_asset,
    trim_scale(p.realized_pnl) as realized_pnl,
    trim_scale(p.fees) as fees,
    c.fees as fee_treatment,
    trim_scale(
        p.realized_pnl - case c.fees when 'expense' then p.fees else 0 end
    ) as net_pnl,
    p.opened_at,
    nullif(p.last_effective_at, '-infinity') as last_fill_at,
    p.version,
    p.position_id,
    p.book_id,
    p.costing_id,
    nullif(p.account_id, 0) as account_id,
    p.instrument_id
from utl_private.positions as p
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id;

comment on view utl.unit_costs is
'Every position in every costing of its book, side by side.';
comment on column utl.unit_costs.book is 'The book.';
comment on column utl.unit_costs.account is
'The account, where the costing pools by account; else null.';
comment on column utl.unit_costs.instrument is 'What is traded.';
comment on column utl.unit_costs.costing is 'The costing by which this is computed.';
comment on column utl.unit_costs.method is 'Its method.';
comment on column utl.unit_costs.is_primary is 'Whether this is the primary costing of its book.';
comment on column utl.unit_costs.quantity is 'Signed: positive long, negative short.';
comment on column utl.unit_costs.average_cost is
'Price at which the open quantity stands, rounded to 18 places for show; null when flat.';
comment on column utl.unit_costs.cost is
'Signed cost of the open quantity: what was paid, or, negative, what a short brought.';
comment on column utl.unit_costs.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.unit_costs.realized_pnl is
'Realized profit since the beginning, in the cost asset; without fees, unless the costing
capitalizes them.';
comment on column utl.unit_costs.fees is
'Fees paid in the cost asset; rebates are negative. For other assets see utl.position_fees.';
comment on column utl.unit_costs.fee_treatment is
'expense: fees are not in realized_pnl; capitalize: they are in cost and realized_pnl.';
comment on column utl.unit_costs.net_pnl is
'Realized profit after the fees paid in the cost asset.';
comment on column utl.unit_costs.opened_at is
'When the position was last opened from flat, or turned; null when flat.';
comment on column utl.unit_costs.last_fill_at is
'Time of the last fill in the order of the costing.';
comment on column utl.unit_costs.version is
'Counts the statements that changed the position; it has no gaps.';
comment on column utl.unit_costs.position_id is 'Id of the position.';
comment on column utl.unit_costs.book_id is 'Id of the book.';
comment on column utl.unit_costs.costing_id is 'Id of the costing.';
comment on column utl.unit_costs.account_id is 'Id of the account, where pooled by account.';
comment on column utl.unit_costs.instrument_id is 'Id of the instrument.';
-- sql/40_positions/lot_matches.sql
-- Journal and lots: how each position came to where it stands. An entry is one part of a fill that
-- opens or closes; an open lot is what is left of an opening fill; a match is a closing entry that
-- names its lot. Names are resolved, so that a report needs no joins.

create or replace view utl.lot_matches as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    e.lot_fill_id as open_fill_id,
    e.fill_id as close_fill_id,
    e.part,
    case when e.quantity < 0 then 'long' else 'short' end as direction,
    trim_scale(abs(e.quantity)) as quantity,
    e.lot_opened_at as opened_at,
    e.effective_at as closed_at,
    e.effective_at - e.lot_opened_at as holding_time,
    trim_scale(-(e.amount + e.realized_pnl)) as cost,
    trim_scale(-e.amount) as proceeds,
    trim_scale(e.realized_pnl) as realized_pnl,
    utl_private.average_cost(
        e.quantity, e.amount + e.realized_pnl, i.multiplier, i.is_inverse
    ) as open_price,
    utl_private.average_cost(e.quantity, e.amount, i.multiplier, i.is_inverse) as close_price,
    i.cost_asset,
    e.sequence,
    e.position_id,
    e.book_id
from utl_private.entries as e
inner join utl_private.positions as p on e.position_id = p.position_id and e.book_id = p.book_id
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id
where e.lot_fill_id is not null;

comment on view utl.lot_matches is
'Which fill closed which: the closing entries of costings by lots. Realized PnL = proceeds − cost.
For a short, cost is what its sale brought, negative, and proceeds is what buying it back took,
negative.';
comment on column utl.lot_matches.book is 'The book.';
comment on column utl.lot_matches.account is
'The account, where the costing pools by account; else null.';
comment on column utl.lot_matches.instrument is 'What is traded.';
comment on column utl.lot_matches.costing is 'The costing by which this is computed.';
comment on column utl.lot_matches.method is 'Its method.';
comment on column utl.lot_matches.open_fill_id is 'The fill that opened the lot.';
comment on column utl.lot_matches.close_fill_id is 'The fill that closed it, or part of it.';
comment on column utl.lot_matches.part is 'Which part of the closing fill.';
comment on column utl.lot_matches.direction is 'long or short: what the lot was.';
comment on column utl.lot_matches.quantity is 'How much was closed, positive.';
comment on column utl.lot_matches.opened_at is 'When the lot was opened.';
comment on column utl.lot_matches.closed_at is 'When it was closed.';
comment on column utl.lot_matches.holding_time is
'The time between: of execution or, where the costing books by arrival, of arrival.';
comment on column utl.lot_matches.cost is 'What the closed quantity had cost.';
comment on column utl.lot_matches.proceeds is 'What closing it brought.';
comment on column utl.lot_matches.realized_pnl is 'proceeds − cost.';
comment on column utl.lot_matches.open_price is
'Price at which the closed quantity stood, rounded to 18 places for show.';
comment on column utl.lot_matches.close_price is
'Price at which it was closed, rounded to 18 places for show.';
comment on column utl.lot_matches.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.lot_matches.sequence is
'The venue''s order of the closing fill within one time.';
comment on column utl.lot_matches.position_id is 'Id of the position.';
comment on column utl.lot_matches.book_id is 'Id of the book.';
-- sql/40_positions/open_lots.sql
create or replace view utl.open_lots as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    l.fill_id,
    l.opened_at,
    trim_scale(l.quantity) as quantity,
    utl_private.average_cost(l.quantity, l.cost, i.multiplier, i.is_inverse) as unit_cost,
    trim_scale(l.cost) as cost,
    i.cost_asset,
    l.position_id,
    l.book_id
from utl_private.open_lots as l
inner join utl_private.positions as p on l.position_id = p.position_id and l.book_id = p.book_id
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id;

comment on view utl.open_lots is 'What is left of each opening fill, in costings by lots.';
comment on column utl.open_lots.book is 'The book.';
comment on column utl.open_lots.account is
'The account, where the costing pools by account; else null.';
comment on column utl.open_lots.instrument is 'What is traded.';
comment on column utl.open_lots.costing is 'The costing by which this is computed.';
comment on column utl.open_lots.method is 'Its method.';
comment on column utl.open_lots.fill_id is 'The fill that opened the lot.';
comment on column utl.open_lots.opened_at is 'When it was opened.';
comment on column utl.open_lots.quantity is 'What is left of it, signed.';
comment on column utl.open_lots.unit_cost is
'Price at which it stands, rounded to 18 places for show.';
comment on column utl.open_lots.cost is 'Its cost, signed.';
comment on column utl.open_lots.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.open_lots.position_id is 'Id of the position.';
comment on column utl.open_lots.book_id is 'Id of the book.';
-- sql/40_positions/position_entries.sql
create or replace view utl.position_entries as
select
    b.book,
    a.account,
    i.instrument,
    c.costing,
    c.method,
    e.effective_at,
    e.sequence,
    e.fill_id,
    e.part,
    case
        when e.lot_fill_id is not null or abs(e.quantity_after) < abs(e.quantity_after - e.quantity)
            then 'close'
        else 'open'
    end as effect,
    e.lot_fill_id,
    e.lot_opened_at,
    trim_scale(e.quantity) as quantity,
    trim_scale(e.amount) as amount,
    trim_scale(e.fee) as fee,
    trim_scale(e.realized_pnl) as realized_pnl,
    trim_scale(e.quantity_after) as quantity_after,
    trim_scale(e.cost_after) as cost_after,
    utl_private.average_cost(e.quantity_after, e.cost_after, i.multiplier, i.is_inverse)
        as average_cost_after,
    trim_scale(e.realized_pnl_after) as realized_pnl_after,
    trim_scale(e.fees_after) as fees_after,
    i.cost_asset,
    e.booked_at,
    e.position_id,
    e.book_id
from utl_private.entries as e
inner join utl_private.positions as p on e.position_id = p.position_id and e.book_id = p.book_id
inner join utl_private.books as b on p.book_id = b.book_id
inner join utl_private.costings as c on p.book_id = c.book_id and p.costing_id = c.costing_id
inner join utl.instruments as i on p.instrument_id = i.instrument_id
left join utl_private.accounts as a on p.account_id = a.account_id;

comment on view utl.position_entries is
'The journal of every position: one row per part of a fill that opens, or that closes against one
lot or the average. For each, exactly: cost after = cost before + amount + realized. In order:
effective_at, sequence, fill_id, part.';
comment on column utl.position_entries.book is 'The book.';
comment on column utl.position_entries.account is
'The account, where the costing pools by account; else null.';
comment on column utl.position_entries.instrument is 'What is traded.';
comment on column utl.position_entries.costing is 'The costing by which this is computed.';
comment on column utl.position_entries.method is 'Its method.';
comment on column utl.position_entries.effective_at is
'When it counts: the time of execution, or of arrival where the costing books so.';
comment on column utl.position_entries.sequence is 'The venues order within one time.';
comment on column utl.position_entries.fill_id is 'The fill.';
comment on column utl.position_entries.part is 'Which part of the fill, from 1.';
comment on column utl.position_entries.effect is 'open or close.';
comment on column utl.position_entries.lot_fill_id is
'The fill that opened the lot which this part closes.';
comment on column utl.position_entries.lot_opened_at is 'When that lot was opened.';
comment on column utl.position_entries.quantity is 'Signed quantity of this part.';
comment on column utl.position_entries.amount is
'Signed amount of the cost asset: positive bought, negative sold.';
comment on column utl.position_entries.fee is
'Fee of the fill in the cost asset, told in its first part.';
comment on column utl.position_entries.realized_pnl is 'Profit that this part realized.';
comment on column utl.position_entries.quantity_after is 'Quantity of the position after it.';
comment on column utl.position_entries.cost_after is 'Cost of the position after it.';
comment on column utl.position_entries.average_cost_after is
'Average cost after it, rounded to 18 places for show.';
comment on column utl.position_entries.realized_pnl_after is
'Realized PnL of the position after it.';
comment on column utl.position_entries.fees_after is 'Fees of the position after it.';
comment on column utl.position_entries.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.position_entries.booked_at is 'When it was booked.';
comment on column utl.position_entries.position_id is 'Id of the position.';
comment on column utl.position_entries.book_id is 'Id of the book.';
-- sql/40_positions/position_fees.sql
create or replace view utl.position_fees as
select
    u.book, u.account, u.instrument, u.costing, u.cost_asset as asset, u.fees,
    u.position_id, u.book_id
from utl.unit_costs as u
where u.fees <> 0
union all
select
    u.book, u.account, u.instrument, u.costing, a.asset, trim_scale(f.fees),
    u.position_id, u.book_id
from utl_private.position_fees as f
inner join utl.unit_costs as u on f.position_id = u.position_id and f.book_id = u.book_id
inner join utl_private.assets as a on f.asset_id = a.asset_id
where f.fees <> 0;

comment on view utl.position_fees is 'Fees of each position by the asset in which they were paid.';
comment on column utl.position_fees.book is 'The book.';
comment on column utl.position_fees.account is
'The account, where the costing pools by account; else null.';
comment on column utl.position_fees.instrument is 'What is traded.';
comment on column utl.position_fees.costing is 'The costing by which this is computed.';
comment on column utl.position_fees.asset is 'The asset in which they were paid.';
comment on column utl.position_fees.fees is 'Fees paid; rebates are negative.';
comment on column utl.position_fees.position_id is 'Id of the position.';
comment on column utl.position_fees.book_id is 'Id of the book.';
-- sql/40_positions/positions.sql
create or replace view utl.positions as
select
    u.book, u.account, u.instrument, u.costing, u.method, u.is_primary, u.quantity,
    u.average_cost, u.cost, u.cost_asset, u.realized_pnl, u.fees, u.fee_treatment, u.net_pnl,
    u.opened_at, u.last_fill_at, u.version, u.position_id, u.book_id, u.costing_id,
    u.account_id, u.instrument_id
from utl.unit_costs as u
where u.is_primary;

comment on view utl.positions is
'Where we stand: one row per position of each book''s primary costing. A book that pools by account
has one per account.';
comment on column utl.positions.book is 'The book.';
comment on column utl.positions.account is
'The account, where the costing pools by account; else null.';
comment on column utl.positions.instrument is 'What is traded.';
comment on column utl.positions.costing is 'The costing by which this is computed.';
comment on column utl.positions.method is 'Its method.';
comment on column utl.positions.is_primary is 'Whether this is the primary costing of its book.';
comment on column utl.positions.quantity is 'Signed: positive long, negative short.';
comment on column utl.positions.average_cost is
'Price at which the open quantity stands, rounded to 18 places for show; null when flat.';
comment on column utl.positions.cost is
'Signed cost of the open quantity: what was paid, or, negative, what a short brought.';
comment on column utl.positions.cost_asset is
'The asset in which cost and realized PnL are counted.';
comment on column utl.positions.realized_pnl is
'Realized profit since the beginning, in the cost asset; without fees, unless the costing
capitalizes them.';
comment on column utl.positions.fees is
'Fees paid in the cost asset; rebates are negative. For other assets see utl.position_fees.';
comment on column utl.positions.fee_treatment is
'expense: fees are not in realized_pnl; capitalize: they are in cost and realized_pnl.';
comment on column utl.positions.net_pnl is
'Realized profit after the fees paid in the cost asset.';
comment on column utl.positions.opened_at is
'When the position was last opened from flat, or turned; null when flat.';
comment on column utl.positions.last_fill_at is
'Time of the last fill in the order of the costing.';
comment on column utl.positions.version is
'Counts the statements that changed the position; it has no gaps.';
comment on column utl.positions.position_id is 'Id of the position.';
comment on column utl.positions.book_id is 'Id of the book.';
comment on column utl.positions.costing_id is 'Id of the costing.';
comment on column utl.positions.account_id is 'Id of the account, where pooled by account.';
comment on column utl.positions.instrument_id is 'Id of the instrument.';
-- sql/80_checks/booked_outcomes.sql
-- Checks: views that must be empty. Each has a title, its comment, which says what is true of a
-- ledger that is right; a row is a proof that this one is not.

create or replace view utl_private.booked_outcomes as
select
    e.position_id, e.effective_at, e.sequence, e.fill_id, e.part, e.lot_fill_id, e.lot_opened_at,
    e.quantity, e.amount, e.fee, e.realized_pnl,
    e.quantity_after, e.cost_after, e.realized_pnl_after, e.fees_after,
    null::timestamptz as opened_at
from utl_private.entries as e
union all
select
    p.position_id, p.last_effective_at, p.last_sequence, p.last_fill_id, null, null, null,
    null, null, null, null,
    p.quantity, p.cost, p.realized_pnl, p.fees,
    p.opened_at
from utl_private.positions as p;

comment on view utl_private.booked_outcomes is
'What booking stored, in the shape in which a fold returns it: entries, and with part null the
state of each position after its last one.';
-- sql/80_checks/check_cost_is_conserved.sql
create or replace view utl_private.check_cost_is_conserved as
with journal as (
    select
        e.position_id,
        sum(e.quantity) as quantity,
        sum(e.amount) + sum(e.realized_pnl) as cost,
        sum(e.realized_pnl) as realized_pnl,
        sum(e.fee) as fees
    from utl_private.entries as e
    group by e.position_id
)

select
    p.position_id,
    p.quantity,
    j.quantity as journal_quantity,
    p.cost,
    j.cost as journal_cost,
    p.realized_pnl,
    j.realized_pnl as journal_realized_pnl,
    p.fees,
    j.fees as journal_fees
from utl_private.positions as p
full join journal as j on p.position_id = j.position_id
where
    (p.quantity, p.cost, p.realized_pnl, p.fees)
    is distinct from (
        coalesce(j.quantity, 0), coalesce(j.cost, 0),
        coalesce(j.realized_pnl, 0), coalesce(j.fees, 0)
    );

comment on view utl_private.check_cost_is_conserved is
'For every position: the sum of amounts and of realized PnL is its cost, exactly';
-- sql/80_checks/check_entries_are_a_chain.sql
create or replace view utl_private.check_entries_are_a_chain as
with journal as (
    select
        e.*,
        lag(e.quantity_after, 1, 0::numeric) over chain as quantity_before,
        lag(e.cost_after, 1, 0::numeric) over chain as cost_before,
        lag(e.realized_pnl_after, 1, 0::numeric) over chain as realized_pnl_before,
        lag(e.fees_after, 1, 0::numeric) over chain as fees_before
    from utl_private.entries as e
    window chain as (
        partition by e.position_id
        order by e.effective_at, e.sequence, e.fill_id, e.part
    )
)

select j.position_id, j.effective_at, j.fill_id, j.part
from journal as j
where
    j.quantity_after <> j.quantity_before + j.quantity
    or j.cost_after <> j.cost_before + j.amount + j.realized_pnl
    or j.realized_pnl_after <> j.realized_pnl_before + j.realized_pnl
    or j.fees_after <> j.fees_before + j.fee
    or (j.quantity_after = 0 and j.cost_after <> 0);

comment on view utl_private.check_entries_are_a_chain is
'Every entry continues the one before it: state after = state before + entry, and flat costs
nothing';
-- sql/80_checks/check_fills_are_booked.sql
create or replace view utl_private.check_fills_are_booked as
with facts as (
    select
        f.fill_id, f.book_id, t.costing_id, f.instrument_id,
        case when t.by_account then f.account_id else 0 end as account_id,
        utl_private.signed_quantity(f.side, f.quantity) as quantity
    from utl.fills as f
    inner join utl_private.booking_terms as t
        on f.book_id = t.book_id and f.instrument_id = t.instrument_id
),

booked as (
    select e.fill_id, e.position_id, sum(e.quantity) as quantity
    from utl_private.entries as e
    group by e.fill_id, e.position_id
)

select
    coalesce(f.fill_id, b.fill_id) as fill_id,
    f.costing_id,
    b.position_id,
    f.quantity,
    b.quantity as booked_quantity
from facts as f
left join utl_private.positions as p
    on
        f.book_id = p.book_id and f.costing_id = p.costing_id
        and f.account_id = p.account_id and f.instrument_id = p.instrument_id
full join booked as b on f.fill_id = b.fill_id and p.position_id = b.position_id
where f.quantity is distinct from b.quantity;

comment on view utl_private.check_fills_are_booked is
'Every fill is booked, whole and once, in every costing of its book';
-- sql/80_checks/check_keys_cover_fills.sql
create or replace view utl_private.check_keys_cover_fills as
select
    coalesce(f.fill_id, k.fill_id) as fill_id,
    coalesce(f.account_id, k.account_id) as account_id,
    coalesce(f.venue_fill_id, k.venue_fill_id) as venue_fill_id
from utl.fills as f
full join utl_private.fill_keys as k on f.fill_id = k.fill_id
where
    f.fill_id is null
    or k.fill_id is null
    or (f.account_id, f.venue_fill_id, f.executed_at)
    is distinct from (k.account_id, k.venue_fill_id, k.executed_at)
    or utl_private.fill_digest(f) is distinct from k.content_digest
union all
select f.fill_id, min(f.account_id), min(f.venue_fill_id)
from utl.fills as f
group by f.fill_id
having count(*) > 1;

comment on view utl_private.check_keys_cover_fills is
'Every fill has its key and every key its fill, with the content it was recorded with';
-- sql/80_checks/check_lots_are_in_closing_order.sql
create or replace view utl_private.check_lots_are_in_closing_order as
select
    o.position_id,
    o.fill_id,
    o.rank, l.rank as rank_of_fill,
    o.opened_at, l.effective_at as time_of_fill,
    o.sequence, l.sequence as sequence_of_fill
from utl_private.open_lots as o
inner join utl_private.position_terms as t on o.position_id = t.position_id
inner join utl.fills as f on o.fill_id = f.fill_id
cross join lateral utl_private.fill_leg(f, t) as l
where (o.rank, o.opened_at, o.sequence) is distinct from (l.rank, l.effective_at, l.sequence);

comment on view utl_private.check_lots_are_in_closing_order is
'Every open lot has the rank, the time and the sequence of the fill that opened it';
-- sql/80_checks/check_lots_are_what_matches_left.sql
create or replace view utl_private.check_lots_are_what_matches_left as
with lots as (
    select
        e.position_id,
        coalesce(e.lot_fill_id, e.fill_id) as fill_id,
        sum(e.quantity) as quantity,
        sum(e.amount + e.realized_pnl) as cost,
        coalesce(sum(e.quantity) filter (where e.lot_fill_id is null), 0) as opened
    from utl_private.entries as e
    inner join utl_private.position_terms as t on e.position_id = t.position_id
    where t.family <> 'average'
    group by 1, 2
)

select
    coalesce(l.position_id, o.position_id) as position_id,
    coalesce(l.fill_id, o.fill_id) as fill_id,
    l.opened,
    l.quantity as left_by_matches,
    o.quantity as open_quantity
from lots as l
full join utl_private.open_lots as o on l.position_id = o.position_id and l.fill_id = o.fill_id
where
    (coalesce(l.quantity, 0), coalesce(l.cost, 0))
    is distinct from (coalesce(o.quantity, 0), coalesce(o.cost, 0))
    or l.quantity * l.opened < 0
    or (l.quantity <> 0 and sign(l.quantity) <> sign(l.opened))
    or l.opened = 0;

comment on view utl_private.check_lots_are_what_matches_left is
'Every lot is what its opening fill brought less what was matched with it, and never more was
matched';
-- sql/80_checks/check_lots_cover_positions.sql
create or replace view utl_private.check_lots_cover_positions as
with lots as (
    select o.position_id, sum(o.quantity) as quantity, sum(o.cost) as cost
    from utl_private.open_lots as o
    group by o.position_id
)

select
    t.position_id,
    t.quantity,
    l.quantity as lots_quantity,
    t.cost,
    l.cost as lots_cost
from utl_private.position_terms as t
full join lots as l on t.position_id = l.position_id
where
    t.position_id is null
    or (
        t.family <> 'average'
        and (t.quantity, t.cost) is distinct from (coalesce(l.quantity, 0), coalesce(l.cost, 0))
    )
    or (t.family = 'average' and l.position_id is not null);

comment on view utl_private.check_lots_cover_positions is
'The open lots of a position add up to its quantity and its cost';
-- sql/80_checks/check_other_fees_are_those_of_fills.sql
create or replace view utl_private.check_other_fees_are_those_of_fills as
with facts as (
    select t.position_id, f.fee_asset_id as asset_id, sum(f.fee) as fees
    from utl.fills as f
    inner join utl_private.position_terms as t
        on
            f.book_id = t.book_id
            and f.instrument_id = t.instrument_id
            and t.account_id in (0, f.account_id)
    where f.fee <> 0 and f.fee_asset_id <> t.cost_asset_id
    group by t.position_id, f.fee_asset_id
)

select
    coalesce(f.position_id, p.position_id) as position_id,
    coalesce(f.asset_id, p.asset_id) as asset_id,
    f.fees as fees_of_fills,
    p.fees
from facts as f
full join utl_private.position_fees as p
    on f.position_id = p.position_id and f.asset_id = p.asset_id
where coalesce(f.fees, 0) <> coalesce(p.fees, 0);

comment on view utl_private.check_other_fees_are_those_of_fills is
'The fees of a position in another asset than its cost currency are those of its fills';
-- sql/80_checks/check_positions_are_their_last_entry.sql
create or replace view utl_private.check_positions_are_their_last_entry as
with last_entries as (
    select distinct on (e.position_id) e.*
    from utl_private.entries as e
    order by
        e.position_id asc,
        e.effective_at desc, e.sequence desc, e.fill_id desc, e.part desc
)

select
    p.position_id,
    p.last_effective_at, p.last_sequence, p.last_fill_id,
    l.effective_at, l.sequence, l.fill_id
from utl_private.positions as p
full join last_entries as l on p.position_id = l.position_id
where
    p.position_id is null
    or (
        p.last_effective_at, p.last_sequence, p.last_fill_id,
        p.quantity, p.cost, p.realized_pnl, p.fees
    ) is distinct from (
        coalesce(l.effective_at, '-infinity'), coalesce(l.sequence, 0), coalesce(l.fill_id, 0),
        coalesce(l.quantity_after, 0), coalesce(l.cost_after, 0),
        coalesce(l.realized_pnl_after, 0), coalesce(l.fees_after, 0)
    );

comment on view utl_private.check_positions_are_their_last_entry is
'Every position stands where its last entry left it';
-- sql/80_checks/failed_checks.sql
create or replace function utl.failed_checks()
returns table (check_name text, title text, violations bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $failed_checks$
begin
    for check_name, title in
        select c.relname, obj_description(c.oid, 'pg_class')
        from pg_catalog.pg_class as c
        where
            c.relnamespace = 'utl_private'::regnamespace
            and c.relkind = 'v'
            and c.relname like 'check\_%'
        order by c.relname
    loop
        execute format('select count(*) from utl_private.%I', check_name) into violations;
        if violations > 0 then
            return next;
        end if;
    end loop;
end
$failed_checks$;

comment on function utl.failed_checks() is
'The consistency checks that find something, with how much; no rows from a ledger that is right. The
rows themselves are in the view utl_private.<check_name>.';
-- sql/80_checks/replay.sql
create or replace function utl_private.replay(positions bigint[], family text)
returns setof utl_private.booked_outcomes
language plpgsql
as $replay$
declare
    _legs refcursor;
begin
    open _legs no scroll for
        select l.*
        from utl_private.fact_legs(positions) as l
        order by l.position_id, l.effective_at, l.sequence, l.fill_id;
    return query
    select
        f.position_id, f.effective_at, f.sequence, f.fill_id, f.part,
        case when f.part is not null then f.lot_fill_id end,
        case when f.part is not null then f.lot_opened_at end,
        case when f.part is not null then f.quantity end,
        case when f.part is not null then f.amount end,
        case when f.part is not null then f.fee end,
        case when f.part is not null then f.realized_pnl end,
        f.quantity_after, f.cost_after, f.realized_pnl_after, f.fees_after,
        case when f.part is null then f.opened_at end
    from utl_private.fold(_legs, family) as f;
    close _legs;
end
$replay$;

comment on function utl_private.replay(bigint[], text) is
'Folds positions of one family again from the facts alone, and writes nothing.';
-- sql/80_checks/replay_differences.sql
create or replace function utl.replay_differences(share numeric default 1)
returns table (
    book text, account text, instrument text, costing text,
    side text, fill_id bigint, part integer, line jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $replay_differences$
declare
    _family text;
    _positions bigint[];
begin
    foreach _family in array array['average', 'time', 'rank'] loop
        select array_agg(t.position_id) into _positions
        from utl_private.position_terms as t
        where t.family = _family and random() < replay_differences.share;
        continue when _positions is null;

        return query
        with stored as materialized (
            select s.* from utl_private.booked_outcomes as s where s.position_id = any(_positions)
        ),

        replayed as materialized (
            select r.* from utl_private.replay(_positions, _family) as r
        ),

        differences as (
            select 'stored' as side, s.* from (table stored except all table replayed) as s
            union all
            select 'replayed', r.* from (table replayed except all table stored) as r
        )

        select
            u.book, u.account, u.instrument, u.costing,
            d.side, d.fill_id, d.part, to_jsonb(d) - 'side' - 'position_id'
        from differences as d
        inner join utl.unit_costs as u on d.position_id = u.position_id
        order by u.position_id, d.effective_at, d.fill_id, d.part, d.side;
    end loop;
end
$replay_differences$;

comment on function utl.replay_differences(numeric) is
'Replays a share of the positions (1: all of them, 0.1: a tenth, by chance) from the facts and
returns each entry and final state in which the replay differs from what is stored: side stored or
replayed, part null for a position''s final state. No rows from a ledger that is right. Run it
while nothing is being booked, or in a repeatable read transaction.';
-- sql/90_grants.sql
-- Three roles, each with all that the one before it has: utl_reader reads, utl_writer records
-- facts, utl_admin keeps reference data and checks. Roles are the cluster's: where the migrating
-- user may not make them, somebody else does, and the next load grants.
do $grants$
declare
    _role text;
begin
    foreach _role in array array['utl_reader', 'utl_writer', 'utl_admin'] loop
        if to_regrole(_role) is null then
            begin
                execute format('create role %I nologin', _role);
            exception
                when insufficient_privilege then
                    raise notice 'role % is not there and cannot be made', _role;
                when duplicate_object or unique_violation then
                    null;               -- another database of the cluster just made it
            end;
        end if;
        continue when to_regrole(_role) is null;
        execute format('grant usage on schema utl to %I', _role);
        execute format('grant select on all tables in schema utl to %I', _role);
    end loop;
end
$grants$;

revoke execute on all functions in schema utl from public;
revoke execute on all functions in schema utl_private from public;

do $grants$
begin
    if to_regrole('utl_reader') is not null then
        grant execute on function
            utl.asset_id(text), utl.venue_id(text), utl.account_id(text), utl.book_id(text),
            utl.instrument_id(text)
        to utl_reader, utl_writer, utl_admin;
        -- Functions in a view run as who reads it; without usage of the schema he cannot name them.
        grant execute on function
            utl_private.average_cost(numeric, numeric, numeric, boolean),
            utl_private.share(numeric, numeric, numeric)
        to utl_reader, utl_writer, utl_admin;
        -- Not fill_id and recorded_at: the order of arrival is the ledger's own.
        grant insert (
            executed_at, sequence, book_id, account_id, instrument_id, fee_asset_id, side,
            quantity, price, fee, liquidity, venue_fill_id, venue_order_id
        ) on utl.fills to utl_writer, utl_admin;
        grant usage on sequence utl_private.fact_ids to utl_writer, utl_admin;
        grant execute on all functions in schema utl to utl_admin;
    end if;
end
$grants$;
-- sql/95_partitions.sql
-- Partitions of the months to come; those of a database that stays up are made by the same call.
select utl.add_partitions();
