create or replace function utl_private.rebook_positions(
    before utl.fills[],
    after utl.fills[],
    transactions_before utl.transactions[],
    transactions_after utl.transactions[],
    cause text,
    fact_ids bigint[]
)
returns void
language plpgsql
as $rebook_positions$
declare
    _transacted utl_private.touched[] := utl_private.touched_by_transactions(
        transactions_before || transactions_after, true
    );
    _marks utl_private.touched[] := utl_private.touched_by_transactions(transactions_after, false)
        || utl_private.touched_by_transactions(transactions_before, true);
    _touched utl_private.touched[] := _transacted || utl_private.without_flows(
        utl_private.touched_by(before, after)
    );
    _held utl_private.position_terms[];
begin
    if _touched is null then
        return;
    end if;
    perform utl_private.announce_transactions(_transacted);
    _held := utl_private.lock_positions(_touched, nullif(_transacted is not null, false));
    if _transacted is not null then
        perform utl_private.mark_transacted(_transacted);
        _held := utl_private.held_again(_held);
    end if;
    perform utl_private.restate_moves(before, after, _held, cause, fact_ids, _marks);
end
$rebook_positions$;

comment on function utl_private.rebook_positions(
    utl.fills[], utl.fills[], utl.transactions[], utl.transactions[], text, bigint[]
) is
'Takes back fills and transactions as they counted before, and books them as they are to count
after, in positions; the flows of their accounts stay. Where transactions are or were, positions are
restated by what the facts say now, so that their before and after only tell where.';
