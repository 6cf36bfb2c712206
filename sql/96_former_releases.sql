-- What a database of a former release has yet to get, or has no use for any more, now that all
-- views and functions are those of this one. Nothing is recorded meanwhile.
do $former_releases$
begin
    -- Before 0009: no flows.
    if not exists (select from utl_private.flows) and exists (select from utl.fills) then
        lock table utl.fills, utl.corrections in share row exclusive mode;
        perform utl_private.count_flows(b.book_id) from utl_private.books as b;
    end if;
end
$former_releases$;

drop table if exists utl_private.position_fees;
drop function if exists utl_private.family_of(text);
