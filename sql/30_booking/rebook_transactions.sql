create or replace function utl_private.rebook_transactions(
    before utl.transactions[], after utl.transactions[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $rebook_transactions$
declare
    _touched utl_private.touched[] := utl_private.touched_by_transactions(before || after, true);
    _marks utl_private.touched[] := utl_private.touched_by_transactions(after, false)
        || utl_private.touched_by_transactions(before, true);
    _held utl_private.position_terms[];
begin
    if _touched is not null then
        _held := utl_private.lock_positions(_touched, true);
        perform utl_private.mark_transacted(_touched);
        _held := utl_private.held_again(_held);
        perform utl_private.restate_moves(null, null, _held, cause, fact_ids, _marks);
    end if;
    perform utl_private.add_transaction_flows(before, after);
end
$rebook_transactions$;

comment on function utl_private.rebook_transactions(
    utl.transactions[], utl.transactions[], text, bigint[]
) is
'Takes back transactions as they counted before, and books them as they are to count after. The
positions are restated from there on by what the facts say now, so that before and after only tell
where.';
