create or replace function utl_private.transaction_problem(
    incoming utl_private.incoming_fact, arguments text[]
)
returns text
language sql
stable
as $transaction_problem$
    select case
        when incoming.problem is not null then incoming.problem
        when incoming.content ->> 'kind' is null then 'kind is missing'
        when arguments is null then 'unknown kind '
            || utl_private.quote_shortly(incoming.content ->> 'kind')
        else coalesce(
            (
                select case
                    when k.key <> all(arguments) and k.key <> 'kind'
                        then format('a %s has no %s', incoming.content ->> 'kind', k.key)
                    when k.key in ('occurred_at', 'opened_at')
                        then k.key || ' is not an ISO 8601 time with a zone: '
                            || utl_private.quote_shortly(k.value)
                    when k.key = 'sequence'
                        then 'sequence is not a whole number: '
                            || utl_private.quote_shortly(k.value)
                    else k.key || ' is not a finite number: ' || utl_private.quote_shortly(k.value)
                end
                from jsonb_each_text(incoming.content) as k
                where case
                    when k.key <> all(arguments) and k.key <> 'kind'
                        -- defaults of the whole call
                        then k.key not in ('book', 'account')
                    when k.key in ('occurred_at', 'opened_at')
                        then utl_private.read_time(k.value) is null
                    when k.key = 'sequence' then not utl_private.is_whole(k.value)
                    when k.key in (
                        'quantity', 'cost', 'value', 'amount', 'price', 'fee', 'fee_value', 'paid',
                        'sent', 'to_quantity', 'new_units', 'old_units', 'strike'
                    )
                        then not utl_private.is_decimal(k.value)
                    else false
                end
                order by k.key
                limit 1
            ),
            (
                select r.key || ' is missing'
                from unnest(
                    array['book', 'account', 'to_account', 'occurred_at', 'reference']
                ) with ordinality as r (key, place)
                where
                    not incoming.content ? r.key and r.key = any(arguments)
                    and not (utl_private.is_event(incoming.content) and r.key = 'book')
                    and (r.key <> 'to_account' or incoming.content ->> 'kind' = 'transfer')
                order by r.place
                limit 1
            )
        )
    end
$transaction_problem$;

comment on function utl_private.transaction_problem(utl_private.incoming_fact, text[]) is
'Why a row cannot be a transaction with those arguments, as far as the row itself tells; null if it
can. It must have a time and a reference, or it could not be sent again without harm.';
