create or replace function utl_private.rank_before_splits(
    rank numeric,
    held utl_private.position_terms,
    effective_at timestamptz,
    sequence bigint,
    fact_id bigint
)
returns numeric
language plpgsql
stable
as $rank_before_splits$
declare
    _split utl.transactions;
    _old_units numeric := 1;
begin
    if held.method not in ('hifo', 'lofo') then
        return rank;
    end if;
    for _split in
        select t.*
        from utl_private.costed_transactions as t
        where
            t.book_id = held.book_id and t.instrument_id = held.instrument_id
            and t.kind = 'split'
            and (t.occurred_at, t.sequence, t.transaction_id)
            < (rank_before_splits.effective_at, rank_before_splits.sequence, fact_id)
    loop
        rank := rank * _split.new_units;
        _old_units := _old_units * _split.old_units;
    end loop;
    return case when _old_units = 1 then rank else round((rank + 0e-78) / _old_units, 40) end;
end
$rank_before_splits$;

comment on function utl_private.rank_before_splits(
    numeric, utl_private.position_terms, timestamptz, bigint, bigint
) is
'The rank of a lot in the units that there were before all splits: so hifo and lofo compare prices
of before and after a split, and what is open keeps its rank.';
