create or replace function utl_private.split_moves(of_book_id integer, as_of timestamptz)
returns setof utl_private.flows
language plpgsql
stable
as $split_moves$
declare
    _moves utl_private.flows[];
    _split record;
begin
    for _split in
        select t.*
        from utl.effective_transactions as t
        where
            t.kind = 'split' and t.occurred_at <= as_of
            and (of_book_id is null or t.book_id = of_book_id)
        order by t.occurred_at, t.sequence, t.transaction_id
    loop
        _moves := _moves || array(
            select row(
                _split.book_id, h.account_id, _split.instrument_id, 0, 'split',
                utl_private.share(
                    sum(h.quantity), _split.new_units - _split.old_units, _split.old_units
                ),
                0, 0, 0
            )::utl_private.flows
            from (
                select q.account_id, q.quantity
                from utl_private.instrument_moves as q
                where
                    q.book_id = _split.book_id and q.instrument_id = _split.instrument_id
                    and (q.at, q.sequence, q.fact_id)
                    < (_split.occurred_at, _split.sequence, _split.transaction_id)
                union all
                select m.account_id, m.quantity
                from unnest(_moves) as m
                where (m.book_id, m.instrument_id) = (_split.book_id, _split.instrument_id)
            ) as h
            group by h.account_id
        );
    end loop;
    return query select m.* from unnest(_moves) as m;
end
$split_moves$;

comment on function utl_private.split_moves(integer, timestamptz) is
'What splits up to a time added to the quantities that the accounts of a book, or with null of the
firm, held of the instruments that were split: quantity held before × (new − old) ÷ old, rounded
once a split and account, to 18 places. Reads all facts of the instruments that were split.';
