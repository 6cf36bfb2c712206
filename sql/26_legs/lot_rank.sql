create or replace function utl_private.lot_rank(
    method text,
    quantity numeric,
    amount numeric,
    fee numeric,
    has_fee boolean,
    ranks_with_fee boolean
)
returns numeric
language sql
immutable
parallel safe
as $lot_rank$
    select case
        when method not in ('hifo', 'lofo') then 0
        else utl_private.share(
            (amount + fee * (ranks_with_fee::integer - has_fee::integer))
            * case method when 'hifo' then -1 else 1 end,
            1,
            abs(quantity)
        )
    end
$lot_rank$;

comment on function utl_private.lot_rank(
    text, numeric, numeric, numeric, boolean, boolean
) is
'Place of the lot that a leg opens among the open lots of its position: the lowest rank closes
first, the oldest first among equals. hifo closes the lot whose closing realizes least, lofo the
one whose closing realizes most; for a short that is the lot sold lowest or highest. Unit cost
counts with or without the fee (ranks_with_fee), whether or not the amount has it in it (has_fee).
fifo and lifo go by time alone: all their ranks are 0.';
