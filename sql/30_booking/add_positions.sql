create or replace function utl_private.add_positions(touched utl_private.touched[])
returns void
language sql
as $add_positions$
    insert into utl_private.positions (
        book_id, costing_id, account_id, instrument_id, has_transactions
    )
    select distinct
        t.book_id,
        b.costing_id,
        case when b.by_account then t.account_id else 0 end,
        t.instrument_id,
        utl_private.is_transacted(
            t.book_id, case when b.by_account then t.account_id else 0 end, t.instrument_id
        )
    from unnest(touched) as t
    inner join utl_private.booking_terms as b
        on t.book_id = b.book_id and t.instrument_id = b.instrument_id
    order by 1, 2, 4, 3
    on conflict on constraint positions_are_one_a_key do nothing
$add_positions$;

comment on function utl_private.add_positions(utl_private.touched[]) is
'Makes the positions that fills touch and that are not there yet, in the order of their keys.';
