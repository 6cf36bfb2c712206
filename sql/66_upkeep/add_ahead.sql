-- Upkeep: partitions are made ahead, default partitions are drained, what is derived is dropped
-- when its time is over, and old months of facts are written to files and taken out.
--
-- Archived months are all the months before one time. A partition without rows stands in their
-- place, so that nothing can be added to them unseen. Only closed periods are archived: what is
-- booked from then on needs no fact of before, for closing has said so already. Whatever still
-- needs one is told to restore it: 55U06. Positions, entries and lots stay.

create or replace function utl_private.add_ahead()
returns table (task text, partition text, outcome text, detail text)
language plpgsql
as $add_ahead$
declare
    _added integer;
begin
    task := 'add';
    foreach partition in array array['months', 'days'] loop
        begin
            if partition = 'months' then
                _added := utl_private.add_missing('month', clock_timestamp(), 4, 'fills');
            else
                _added := utl_private.add_missing(
                    'day', clock_timestamp(), 14, 'position_changes'
                );
            end if;
            outcome := 'done';
            detail := format('%s more', _added);
            if _added > 0 then
                return next;
            end if;
        exception
            when lock_not_available or deadlock_detected then
                outcome := 'deferred';
                detail := sqlerrm;
                return next;
        end;
    end loop;
end
$add_ahead$;

comment on function utl_private.add_ahead() is
'Makes partitions ahead, of months and of days, and says of which there are more now, or why not.';
