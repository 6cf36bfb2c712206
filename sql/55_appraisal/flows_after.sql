create or replace function utl_private.flows_after(
    of_book_id integer, as_of timestamptz, as_known timestamptz, with_fills boolean default true
)
returns setof utl_private.flows
language plpgsql
stable
set work_mem = '64MB'                   -- added up in memory, not sorted on disk
set enable_nestloop = on                -- what is corrected looks its fact up in an index
as $flows_after$
begin
    if with_fills then
        perform utl_private.require_facts(
            of_book_id, as_of + interval '1 microsecond', as_known
        );
    end if;
    -- Added up here: a function keeps its rows, and by far the most are of fills.
    if as_of < 'infinity' then
        return query
        select
            (d.flow).book_id, (d.flow).account_id, (d.flow).instrument_id, (d.flow).asset_id,
            (d.flow).kind, sum((d.flow).quantity), sum((d.flow).notional),
            sum((d.flow).received), sum((d.flow).at_price)
        from utl_private.dated_flows(of_book_id, as_of, with_fills => flows_after.with_fills) as d
        group by 1, 2, 3, 4, 5;
    end if;
    if as_known < 'infinity' then
        return query
        select
            (d.flow).book_id, (d.flow).account_id, (d.flow).instrument_id, (d.flow).asset_id,
            (d.flow).kind, sum((d.flow).quantity), sum((d.flow).notional),
            sum((d.flow).received), sum((d.flow).at_price)
        from utl_private.dated_flows(
            of_book_id, '-infinity', as_of, as_known, flows_after.with_fills
        ) as d
        group by 1, 2, 3, 4, 5;
        return query
        select c.* from utl_private.flows_corrected_since(of_book_id, as_of, as_known) as c;
    end if;
end
$flows_after$;

comment on function utl_private.flows_after(integer, timestamptz, timestamptz, boolean) is
'What is in the flows of a book, or with null of the firm, but came after a time, or was not known
at a moment: flows less this are those of then. Those of fills are left out if not asked for, for
that is what takes the time. Costs what came after, and with as_known what came before: facts have
no index by when they were recorded. 55U06: fills that it needs are archived.';
