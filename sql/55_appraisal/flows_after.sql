create or replace function utl_private.flows_after(
    of_book_id integer, as_of timestamptz, as_known timestamptz
)
returns setof utl_private.flows
language plpgsql
stable
as $flows_after$
begin
    if as_of < 'infinity' then
        return query
        select (d.flow).* from utl_private.dated_flows(of_book_id, as_of) as d;
    end if;
    if as_known < 'infinity' then
        return query
        select (d.flow).*
        from utl_private.dated_flows(of_book_id, '-infinity', as_of, as_known) as d;
        return query
        select c.* from utl_private.flows_corrected_since(of_book_id, as_of, as_known) as c;
    end if;
end
$flows_after$;

comment on function utl_private.flows_after(integer, timestamptz, timestamptz) is
'What is in the flows of a book, or with null of the firm, but came after a time, or was not known
at a moment: flows less this are those of then. Costs what came after, and with as_known what came
before: facts have no index by when they were recorded.';
