create or replace function utl_private.log_changes(
    before utl_private.positions[], cause text, fact_ids bigint[]
)
returns void
language plpgsql
as $log_changes$
declare
    _changes utl_private.position_changes[];
begin
    if cause is null then               -- it is not there to be read yet
        return;
    end if;
    with changed as (
        update utl_private.positions as p set version = b.version + 1
        from unnest(before) as b
        where p.position_id = b.position_id and p.book_id = b.book_id
        returning p.*, p.realized_pnl - b.realized_pnl as realized_delta
    ),

    logged as (
        insert into utl_private.position_changes (
            effective_at, position_id, version, book_id, facts, cause,
            quantity, cost, realized_pnl, fees, realized_delta, fact_ids
        )
        select
            c.last_effective_at, c.position_id, c.version, c.book_id,
            coalesce(cardinality(fact_ids), 0), log_changes.cause,
            c.quantity, c.cost, c.realized_pnl, c.fees, c.realized_delta,
            coalesce(fact_ids[:32], '{}')
        from changed as c
        order by c.position_id
        returning *
    )

    select array_agg(l::utl_private.position_changes) into _changes from logged as l;
    if (select s.notify from utl_private.settings as s) = 'direct' then
        perform utl_private.ring(_changes);
    end if;
end
$log_changes$;

comment on function utl_private.log_changes(
    utl_private.positions[], text, bigint[]
) is
'Makes one version of all that was done to positions since they stood as before, and writes it to
the stream.';
