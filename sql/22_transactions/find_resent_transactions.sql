create or replace function utl_private.find_resent_transactions(
    checked utl_private.checked_transaction[]
)
returns utl_private.checked_transaction[]
language sql
volatile
as $find_resent_transactions$
    with rows as (
        select
            c as checked, c.place,
            c.outcome = 'booked' and not utl_private.is_event(c.content) as may_be_resent,
            (c.transaction).account_id, (c.transaction).reference,
            to_jsonb(c.transaction) - array['transaction_id', 'recorded_at', 'reason'] as content
        from unnest(checked) as c
    ),

    known as (
        select
            r.*, t.transaction_id as known_id,
            to_jsonb(t) - array['transaction_id', 'recorded_at', 'reason'] as known_content
        from rows as r
        -- With limit the planner can only look each reference up: it never reads the whole table.
        left join lateral (
            select x.*
            from utl.transactions as x
            where r.may_be_resent and x.account_id = r.account_id and x.reference = r.reference
            limit 1
        ) as t on true
    ),

    firsts as (
        select
            k.*, nextval('utl_private.fact_ids') as new_id,
            row_number() over same_transaction as nth,
            first_value(k.content) over same_transaction as first_content
        from known as k
        window same_transaction as (
            partition by k.may_be_resent, k.account_id, k.reference order by k.place
        )
    ),

    found as (
        select
            f.*,
            coalesce(f.known_id, first_value(f.new_id) over (
                partition by f.may_be_resent, f.account_id, f.reference order by f.place
            )) as fact_id,
            f.may_be_resent and (f.nth > 1 or f.known_id is not null) as is_resent,
            coalesce(f.known_content, f.first_content) = f.content as is_same
        from firsts as f
    )

    select array_agg((
        f.place, (f.checked).line,
        case
            when not f.is_resent then (f.checked).outcome
            when f.is_same then 'duplicate' else 'conflict'
        end,
        case when f.may_be_resent then f.fact_id end,
        case when f.is_resent and not f.is_same then '23U03' else (f.checked).sqlstate end,
        case when f.is_resent and not f.is_same
            then format('transaction %s says otherwise', f.fact_id) else (f.checked).reason end,
        (f.checked).content, (f.checked).transaction
    )::utl_private.checked_transaction)
    from found as f
$find_resent_transactions$;

comment on function utl_private.find_resent_transactions(utl_private.checked_transaction[]) is
'Marks transactions whose account and reference are there already, or came earlier among these: as
duplicate if they say the same (reasons do not count), else as conflict. All get the fact_id that
they have, or are to have.';
