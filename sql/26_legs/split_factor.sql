create or replace function utl_private.split_factor(
    held utl_private.position_terms, effective_at timestamptz, sequence bigint, fact_id bigint
)
returns numeric
language plpgsql
stable
as $split_factor$
declare
    _split utl.transactions;
    _new_units numeric := 1;
    _old_units numeric := 1;
begin
    for _split in
        select t.*
        from utl.effective_transactions as t
        where
            t.book_id = held.book_id and t.instrument_id = held.instrument_id
            and t.kind = 'split'
            and (t.occurred_at, t.sequence, t.transaction_id)
            < (split_factor.effective_at, split_factor.sequence, fact_id)
    loop
        _new_units := _new_units * _split.new_units;
        _old_units := _old_units * _split.old_units;
    end loop;
    return round((_new_units + 0e-78) / _old_units, 40);
end
$split_factor$;

comment on function utl_private.split_factor(
    utl_private.position_terms, timestamptz, bigint, bigint
) is
'How many units there are, for one of the beginning, after the splits before a fact: hifo and lofo
compare prices in the units of the beginning, so that what is open keeps its rank.';
