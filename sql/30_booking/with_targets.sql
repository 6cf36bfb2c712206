create or replace function utl_private.with_targets(
    positions bigint[], touched utl_private.touched[]
)
returns bigint[]
language plpgsql
as $with_targets$
declare
    _first_at timestamptz := (select min(t.first_at) from unnest(touched) as t);
    _new bigint[] := positions;
begin
    loop
        _new := array(
            select distinct h.position_id
            from utl_private.positions as p
            inner join utl_private.costed_transactions as x
                on
                    p.book_id = x.book_id
                    and p.instrument_id = x.instrument_id
                    and p.account_id in (0, x.account_id)
            inner join utl_private.positions as h
                on
                    x.to_book_id = h.book_id
                    and x.to_instrument_id = h.instrument_id
                    and h.account_id in (0, x.to_account_id)
            where
                p.position_id = any(_new)
                and greatest(x.occurred_at, x.recorded_at) >= _first_at
                and x.kind in ('transfer', 'conversion', 'spin_off')
                and h.position_id <> all(positions)
        );
        exit when cardinality(_new) = 0;
        positions := positions || _new;
    end loop;
    return positions;
end
$with_targets$;

comment on function utl_private.with_targets(bigint[], utl_private.touched[]) is
'Positions, with those to which lots have moved from them, directly or by way of others, since the
first of what is about to be booked: what is late may change these, too.';
