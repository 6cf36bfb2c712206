create or replace function utl.record_transactions(
    transactions jsonb,
    source text default null,
    book text default null,
    account text default null,
    timezone text default null,
    create_unknown boolean default false,
    venue text default null
)
returns table (line bigint, outcome text, transaction_id bigint, sqlstate text, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $record_transactions$
declare
    _incoming utl_private.incoming_fact[] := utl_private.json_facts(
        transactions, coalesce(source, ''),
        jsonb_strip_nulls(jsonb_build_object('book', book, 'account', account)), timezone
    );
begin
    if create_unknown then
        perform utl_private.create_unknown_names(
            array(
                select u from unnest(_incoming) as u
                where utl_private.transaction_problem(
                    u, utl_private.transaction_arguments(u.content ->> 'kind')
                ) is null
            ), venue
        );
    end if;
    return query
    select
        c.line, c.outcome, case when c.outcome <> 'rejected' then c.fact_id end,
        c.sqlstate, c.reason
    from unnest(utl_private.take_transactions(_incoming)) as c
    order by c.place;
end
$record_transactions$;

comment on function utl.record_transactions(
    jsonb, text, text, text, text, boolean, text
) is
'Records transactions from a JSON array of objects and returns one row for each: booked; duplicate,
if its reference is there already; conflict, if it is there with other content; rejected, with
SQLSTATE and reason. The last two are kept in utl.rejected_fills. A bad row never stops the good
ones, and sending everything again books nothing. Keys: kind, as in utl.transaction_kinds, or rename
or exercise; the arguments of the function of that kind, such as utl.record_deposit, names and not
ids; occurred_at (ISO 8601 with zone, or Unix milliseconds) and reference, which every row must
have; optional line and raw, to find the row again. Numbers may be JSON strings. source, book,
account, timezone, create_unknown and venue are as in utl.record_fills. Rows may come in any order:
they are booked in that of their times. Of several transactions that one row makes, such as a split
in several books, transaction_id is the first. 22U04 if transactions is not an array.';
