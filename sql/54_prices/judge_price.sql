create or replace function utl_private.judge_price(
    price jsonb, flaw text, read_at timestamptz, kind text, base text, quote text,
    with_nearest boolean,
    out sqlstate text, out reason text, out bid numeric, out ask numeric, out mark numeric,
    out delta numeric
)
language plpgsql
as $judge_price$
declare
    _unknown text;
begin
    if flaw is not null then
        sqlstate := '22U03';
        reason := flaw;
        return;
    end if;
    bid := (price ->> 'bid')::numeric;
    ask := (price ->> 'ask')::numeric;
    mark := (price ->> 'mark')::numeric;
    delta := (price ->> 'delta')::numeric;
    _unknown := case
        when price ? 'instrument' and kind is null then 'instrument ' || (price ->> 'instrument')
        when price ? 'base' and base is null then 'base ' || (price ->> 'base')
        when price ? 'quote' and quote is null then 'quote ' || (price ->> 'quote')
    end;
    if read_at is null then
        sqlstate := '22U03';
        reason := 'at is not an ISO 8601 time with a zone: '
            || utl_private.quote_shortly(price ->> 'at');
    elsif utl_private.is_ahead(read_at) then
        sqlstate := '22U10';
        reason := 'at is in the future: ' || utl_private.quote_shortly(price ->> 'at');
    elsif utl_private.is_archived(read_at, 'prices') then
        sqlstate := '55U06';
        reason := 'prices of that month are archived';
    elsif _unknown is not null then
        sqlstate := '22U01';
        reason := utl_private.unknown_reason(_unknown, with_nearest);
    elsif
        (price ? 'base' or utl_private.needs_positive_price(kind)) and least(bid, ask, mark) <= 0
    then
        sqlstate := '22U11';
        reason := format('a price is not positive: %s', least(bid, ask, mark));
    elsif delta is not null and kind is distinct from 'option' then
        sqlstate := '22U11';
        reason := 'only an option has a delta';
    end if;
end
$judge_price$;

comment on function utl_private.judge_price(jsonb, text, timestamptz, text, text, text, boolean) is
'Why a row is no price, with its SQLSTATE, and its numbers if it is one: 22U03 a value is missing or
impossible; 22U10 it is from the future; 22U01 a name is unknown; 22U11 it is not positive and would
have to be, or has a delta and is no option; 55U06 its month is archived. kind, base and quote are
those found by the names in the row; with_nearest: whether to name the nearest known of an unknown
one, which takes its time.';
