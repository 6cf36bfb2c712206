create or replace function utl_private.rebook_fills(
    before utl.fills[], after utl.fills[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $rebook_fills$
declare
    _touched utl_private.touched[];
    _held utl_private.position_terms[];
begin
    if before is null and after is null then    -- busted fills that are busted again
        return;
    end if;
    _touched := utl_private.touched_by(before, after);
    _held := utl_private.lock_positions(_touched);
    if utl_private.keep_chosen_lots(after) then
        perform utl_private.mark_transacted(_touched);
        _held := utl_private.held_again(_held);
    end if;
    select s.before, s.after into before, after from utl_private.settle(before, after) as s;
    perform utl_private.restate_moves(before, after, _held, cause, fact_ids);
    perform utl_private.book_inventories(before, after, null, null, cause, fact_ids);
end
$rebook_fills$;

comment on function utl_private.rebook_fills(utl.fills[], utl.fills[], text, bigint[]) is
'Takes back fills as they counted before, and books them as they are to count after; one that is
only in before goes.';
