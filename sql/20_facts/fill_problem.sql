create or replace function utl_private.fill_problem(fill utl_private.incoming_fill)
returns text
language sql
immutable
parallel safe
as $fill_problem$
    select case
        when fill.problem is not null then fill.problem
        when fill.book is null then 'book is missing'
        when fill.account is null then 'account is missing'
        when fill.instrument is null then 'instrument is missing'
        when fill.venue_fill_id is null then 'venue_fill_id is missing'
        when octet_length(fill.venue_fill_id) > 1000 then 'venue_fill_id is longer than 1000 bytes'
        when strpos(fill.venue_fill_id, '+') > 0
            and fill.venue_fill_id ~ '^[0-9](\.[0-9]+)?[eE]\+[0-9]+$'
            then 'venue_fill_id has lost digits, as in a spreadsheet or a float: '
                || utl_private.quote_shortly(fill.venue_fill_id)
        when fill.side is null then 'side is missing'
        when lower(fill.side) not in ('buy', 'sell')
            then 'side is neither buy nor sell: ' || utl_private.quote_shortly(fill.side)
        when fill.quantity is null then 'quantity is missing'
        when not utl_private.is_decimal(fill.quantity)
            then 'quantity is not a finite number: ' || utl_private.quote_shortly(fill.quantity)
        when fill.quantity::numeric <= 0
            then 'quantity is not positive: ' || utl_private.quote_shortly(fill.quantity)
        when fill.price is null then 'price is missing'
        when not utl_private.is_decimal(fill.price)
            then 'price is not a finite number: ' || utl_private.quote_shortly(fill.price)
        when fill.executed_at is null then 'executed_at is missing'
        when not utl_private.is_decimal(coalesce(fill.fee, '0'))
            then 'fee is not a finite number: ' || utl_private.quote_shortly(fill.fee)
        when fill.fee_asset is null and fill.fee::numeric <> 0 then 'fee has no fee_asset'
        when not utl_private.is_whole(fill.sequence)
            then 'sequence is not a whole number: ' || utl_private.quote_shortly(fill.sequence)
        when lower(fill.liquidity) not in ('maker', 'taker')
            then 'liquidity is neither maker nor taker: '
                || utl_private.quote_shortly(fill.liquidity)
    end
$fill_problem$;

comment on function utl_private.fill_problem(utl_private.incoming_fill) is
'Why a row cannot be a fill, as far as the row itself tells; null if it can. Written so that the
planner inlines it.';
