create or replace function utl_private.moves_positions(kind text)
returns boolean
language sql
immutable
parallel safe
return kind not in ('funding', 'interest', 'rebate', 'dividend', 'fee', 'borrow', 'repay');

comment on function utl_private.moves_positions(text) is
'Whether transactions of a kind move the position of their instrument; the others are about money
alone. Written so that the planner inlines it, and sees that it is the condition of the index
transactions_by_instrument.';
