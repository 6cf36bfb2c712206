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
        from utl.effective_fills as f
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
