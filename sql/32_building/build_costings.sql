create or replace procedure utl.build_costings()
language plpgsql
as $build_costings$
declare
    _costing utl.costings;
    _step record;
begin
    for _costing in
        select c.* from utl.costings as c where not c.is_built order by c.book_id, c.costing_id
    loop
        loop
            select s.* into _step
            from utl.build_costing_step(_costing.book, _costing.costing) as s;
            commit;
            exit when _step.windows is null;
            raise notice 'costing % of book %: % of % windows',
                _costing.costing, _costing.book, _step.windows_done, _step.windows;
        end loop;
    end loop;
end
$build_costings$;

comment on procedure utl.build_costings () is
'Builds the costings that wait for it, which long histories do: utl.costings.is_built. Each step is
a transaction, booking goes on meanwhile, and after an interruption it goes on from there. CALL it
outside of a transaction.';
