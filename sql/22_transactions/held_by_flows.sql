create or replace function utl_private.held_by_flows(
    instrument_id integer, at timestamptz, in_book_id integer
)
returns table (book_id integer, account_id integer, quantity numeric)
language sql
stable
as $held_by_flows$
    select m.book_id, m.account_id, sum(m.quantity)
    from (
        select
            f.book_id, f.account_id,
            f.quantity + case
                when f.kind = 'fill' and i.kind = 'spot' and f.asset_id = i.base_asset_id
                    then f.received
                else 0
            end as quantity
        from utl_private.flows as f
        inner join utl_private.instruments as i on f.instrument_id = i.instrument_id
        where
            i.instrument_id = held_by_flows.instrument_id
            and (in_book_id is null or f.book_id = in_book_id)
        union all
        select l.book_id, l.account_id, -l.quantity
        from utl_private.moved_quantities(
            held_by_flows.instrument_id, held_by_flows.at, 'infinity', in_book_id
        ) as l
    ) as m
    group by m.book_id, m.account_id
    having sum(m.quantity) <> 0
$held_by_flows$;

comment on function utl_private.held_by_flows(integer, timestamptz, integer) is
'What each account of a book, or of all books, holds of an instrument at a time: its flows, less
what was moved later. Reads few facts, but does not know splits.';
