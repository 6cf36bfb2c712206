-- What a database of a former release has yet to get, or has no use for any more, now that all
-- views and functions are those of this one. Nothing is recorded meanwhile.
do $former_releases$
begin
    -- Before 0009: no flows.
    if not exists (select from utl_private.flows) and exists (select from utl.fills) then
        lock table utl.fills, utl.corrections in share row exclusive mode;
        perform utl_private.count_flows(b.book_id) from utl_private.books as b;
    end if;
    -- Of 0009: the fee of a transfer of an asset alone was not apart.
    perform utl_private.count_flows(n.book_id)
    from (
        select distinct t.book_id
        from utl.effective_transactions as t
        where
            t.kind = 'transfer' and t.asset_id is not null and t.fee <> 0
            and not exists (
                select from utl_private.flows as f
                where
                    f.book_id = t.book_id and f.account_id = t.account_id
                    and f.instrument_id = 0 and f.asset_id = t.asset_id
                    and f.kind = 'network_fee'
            )
    ) as n;
    -- Of 0011: a dump that was restored in the same server was the same life.
    update utl_private.subscribers as s
    set incarnation = utl_private.incarnation()
    where starts_with(utl_private.incarnation(), s.incarnation || '-');
end
$former_releases$;

drop table if exists utl_private.position_fees;
drop function if exists utl_private.family_of(text);
