create or replace function utl_private.book_transaction_corrections()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $book_transaction_corrections$
declare
    _ids bigint[];
    _cause text;
    _before utl.transactions[];
    _after utl.transactions[];
begin
    select
        array_agg(c.correction_id),
        case
            when bool_and(c.kind = 'cancel') then 'bust'
            when bool_and(c.kind = 'choose') then 'choice'
            else 'amendment'
        end
    into _ids, _cause
    from new_corrections as c;
    if _ids is null then                -- a statement without rows
        return null;
    end if;
    -- Those of another session about the same transaction come before or after.
    perform
    from utl.transactions as t
    where t.transaction_id in (select c.transaction_id from new_corrections as c)
    order by t.transaction_id
    for no key update;                  -- their foreign key has the rows already
    select
        array_agg(n.before) filter (where (n.before).transaction_id is not null),
        array_agg(n.after) filter (where (n.after).transaction_id is not null)
    into _before, _after
    from (
        select
            utl_private.corrected_transaction(t, _ids) as before,
            utl_private.corrected_transaction(t) as after
        from utl.transactions as t
        where t.transaction_id in (select c.transaction_id from new_corrections as c)
    ) as n;
    if _before is null and _after is null then      -- cancelled ones that are cancelled again
        return null;
    end if;
    perform utl_private.require_bookable(_before || _after);
    perform utl_private.rebook_transactions(_before, _after, _cause, _ids);
    perform utl_private.require_closed(
        'transaction', t.transaction_id, t.book_id, t.account_id, t.instrument_id,
        array[t.occurred_at, t.recorded_at], c.lots
    )
    from unnest(_after) as t
    inner join new_corrections as c on t.transaction_id = c.transaction_id
    where c.kind = 'choose';
    return null;
end
$book_transaction_corrections$;

comment on function utl_private.book_transaction_corrections() is
'Trigger on utl.transaction_corrections, once a statement: books the transactions concerned as they
count from now on.';

create or replace trigger t30_book_transaction_corrections
after insert on utl.transaction_corrections
referencing new table as new_corrections
for each statement execute function utl_private.book_transaction_corrections();
