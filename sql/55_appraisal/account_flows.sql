-- Appraisal: what positions and what was paid beside them are worth at a time. Figures come from
-- positions and their entries; fees in other assets, funding and other income from the flows of the
-- accounts, less what came after the time; prices and rates are those of the time. What has no
-- price or no rate has no figure: it is null, and so is every total that would need it.

create or replace function utl_private.account_flows(of_book_id integer, as_of timestamptz)
returns setof utl_private.flows
language sql
stable
as $account_flows$
    select f.*
    from utl_private.flows as f
    where of_book_id is null or f.book_id = of_book_id
    union all
    select
        a.book_id, a.account_id, a.instrument_id, a.asset_id, a.kind,
        -a.quantity, -a.notional, -a.received, -a.at_price
    from utl_private.flows_after(of_book_id, as_of, 'infinity') as a
    union all
    select s.* from utl_private.split_moves(of_book_id, as_of) as s
$account_flows$;

comment on function utl_private.account_flows(integer, timestamptz) is
'Rows that add up to the flows of the accounts of a book, or with null of the firm, up to a time
(infinity is now): the flows, less what came after it, and what splits added as a kind of its own.
Costs what came after the time.';
