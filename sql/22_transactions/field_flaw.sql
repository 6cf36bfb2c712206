create or replace function utl_private.field_flaw(transaction utl.transactions)
returns text
language sql
stable
as $field_flaw$
    with given as (
        select array_agg(f.key) as fields
        from jsonb_each(jsonb_strip_nulls(to_jsonb(transaction))) as f
        where f.key <> 'fee' or transaction.fee <> 0
    )

    select case
        when not g.fields @> k.required
            then format(
                '%s is missing',
                (select r.field from unnest(k.required) as r (field)
                where r.field <> all(g.fields) limit 1)
            )
        when not g.fields <@ (
            array[
                'transaction_id', 'occurred_at', 'recorded_at', 'sequence', 'book_id', 'kind',
                'reference', 'reason'
            ] || k.required || k.optional
        )
            then format(
                'it cannot have %s',
                (
                    select min(f.field) from unnest(g.fields) as f (field)
                    where f.field <> all(array[
                        'transaction_id', 'occurred_at', 'recorded_at', 'sequence', 'book_id',
                        'kind', 'reference', 'reason'
                    ] || k.required || k.optional)
                )
            )
        when
            k.optional @> array['instrument_id', 'asset_id']
            and num_nonnulls(transaction.instrument_id, transaction.asset_id) <> 1
            then 'it is of either an instrument or an asset'
        when
            k.optional @> array['instrument_id', 'asset_id'] and transaction.asset_id is not null
            and num_nonnulls(transaction.amount, transaction.price, transaction.opened_at) > 0
            and not coalesce(
                utl_private.has_inventories(transaction.book_id)
                or utl_private.has_inventories(transaction.to_book_id), false
            )
            then 'of an asset alone there is neither amount nor price nor opened_at'
    end
    from utl.transaction_kinds as k
    cross join given as g
    where k.kind = transaction.kind
$field_flaw$;

comment on function utl_private.field_flaw(utl.transactions) is
'Which field of a transaction is missing, or is none of its kind; null if they are as they should.';
