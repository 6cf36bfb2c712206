create or replace function utl_private.lock_positions(
    touched utl_private.touched[], and_targets boolean default null
)
returns utl_private.position_terms[]
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $lock_positions$
declare
    _entered utl_private.touched;
    _positions bigint[];
    _deferred bigint[];
    _is_unknown boolean;
    _is_missing boolean;
    _has_transactions boolean;
    _is_moving boolean := false;
    _held utl_private.position_terms[];
begin
    foreach _entered in array touched loop      -- waits for one that has the book to itself
        perform pg_advisory_xact_lock_shared(
            'utl_private.books'::regclass::oid::integer, _entered.book_id
        );
        _is_moving := _is_moving or utl_private.is_moving(_entered.book_id);
    end loop;
    loop
        with pooled as (
            select distinct
                t.book_id, t.instrument_id,
                case when t.book_id in (
                    select c.book_id from utl_private.costings as c where c.pool = 'account'
                ) then t.account_id else 0 end as account_id
            from unnest(touched) as t
        )

        select
            array_agg(distinct p.position_id) filter (where b.family <> 'deferred'),
            array_agg(distinct p.position_id) filter (where b.family = 'deferred'),
            bool_or(b.costing_id is null) or utl_private.names_unknown(touched),
            bool_or(b.costing_id is not null and p.position_id is null),
            bool_or(p.has_transactions)
        into _positions, _deferred, _is_unknown, _is_missing, _has_transactions
        from pooled as t
        left join utl_private.booking_terms as b
            on t.book_id = b.book_id and t.instrument_id = b.instrument_id
        left join lateral utl_private.position_of(
            b.book_id, b.costing_id, b.instrument_id,
            case when b.by_account then t.account_id else 0 end
        ) as p on true;
        if _is_unknown then
            perform utl_private.refuse_unknown(touched);
        end if;
        exit when not _is_missing;
        perform utl_private.add_positions(touched);
    end loop;
    if coalesce(and_targets, _has_transactions or _is_moving) then
        _held := utl_private.held_with_targets(_positions, _deferred, touched);
    else
        _held := utl_private.held_positions(_positions, _deferred);
    end if;
    perform utl_private.add_flows(touched);
    return _held;
end
$lock_positions$;

comment on function utl_private.lock_positions(utl_private.touched[], boolean) is
'Makes the positions that are missing, in the order of their keys, and only then locks all that are
touched, and those to which lots move from them after it: if they have transactions, or another
session is about to book some, or as and_targets says (no, if some are locked already: more must not
be then). Returns them with their terms and state. 23U01: a fill refers to a book, account,
instrument or asset that is not there.';
