create or replace function utl.pnl_explain(
    book text,
    from_time timestamptz,
    to_time timestamptz default 'infinity',
    costing text default null,
    as_known timestamptz default null
)
returns table (
    account text, instrument text, is_total boolean, reporting_asset text,
    total_from numeric, total_to numeric, change numeric, price_move numeric, new_trades numeric,
    fees numeric, funding numeric, other_income numeric, currency numeric, restatements numeric,
    missing text[], lines bigint, unpriced bigint, position_id bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pnl_explain$
declare
    _book_id integer := utl.book_id(book);
    _costing text := utl_private.costing_of(book, costing);
begin
    if from_time is null or to_time is null or from_time > to_time then
        raise exception 'profit cannot be explained from % to %',
            coalesce(from_time::text, 'no time'), coalesce(to_time::text, 'no time')
        using
            errcode = '22U05',
            detail = format('Book %s, costing %s.', book, _costing),
            hint = 'Give two times, the earlier one first; infinity is now.';
    end if;
    return query
    select
        a.account, i.instrument, p.is_total, r.asset,
        trim_scale(p.total_from), trim_scale(p.total_to),
        case when p.price_move is not null then trim_scale(p.total_to - p.total_from) end,
        trim_scale(p.price_move), trim_scale(p.new_trades), trim_scale(p.fees),
        trim_scale(p.funding), trim_scale(p.other_income), trim_scale(p.currency),
        trim_scale(p.restatements), p.missing, p.lines, p.unpriced, p.position_id
    from utl_private.explained_book(
        _book_id, _costing, from_time, to_time, coalesce(pnl_explain.as_known, from_time)
    ) as p
    inner join utl_private.books as b on b.book_id = _book_id
    inner join utl_private.assets as r on b.reporting_asset_id = r.asset_id
    left join utl_private.accounts as a on p.account_id = a.account_id
    left join utl_private.instruments as i on p.instrument_id = i.instrument_id
    order by p.is_total, i.instrument, a.account;
end
$pnl_explain$;

comment on function utl.pnl_explain(text, timestamptz, timestamptz, text, timestamptz) is
'Why the total profit of a book changed from one time to another (infinity is now), in its reporting
asset, by a costing (null: the primary one): a row a position, and last the total. change is
total_to − total_from and is, exactly, the sum of seven parts. price_move: of what was held at
from_time, at the rate of to_time; new_trades: what trades since then brought, against the prices of
to_time; fees, funding, other_income since then; currency: what there was at from_time, at the
change of the rates, that of fees and income in other assets included; restatements: what is known
now of from_time less what was known then, that is as_known, or from_time itself; with infinity
there are none. Prices and rates are as known now. total_from is as known then. Where a price or a
rate is missing there are no parts: the row is in no sum, and unpriced in the total counts it.
22U01: unknown book or costing; 22U05: the times are none, or the wrong way round.';
