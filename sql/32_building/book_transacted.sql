create or replace function utl_private.book_transacted(
    held utl_private.position_terms[], family text, from_time timestamptz, to_time timestamptz
)
returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $book_transacted$
declare
    _legs refcursor;
begin
    open _legs no scroll for
        select f.* from utl_private.fill_legs(held, from_time, to_time) as f
        union all
        select m.*
        from unnest(held) as h
        cross join lateral utl_private.mark_leg(
            h, greatest(from_time, h.last_effective_at), h.last_sequence, h.last_fill_id
        ) as m
        order by position_id, effective_at, sequence, fill_id;
    perform utl_private.restate(
        _legs, family, null, null,
        array(
            select h from unnest(held) as h
            where h.starts_at > '-infinity' or h.ends_at < 'infinity'
        )
    );
    close _legs;
    perform utl_private.drop_bare_carries(held, null, null);
end
$book_transacted$;

comment on function utl_private.book_transacted(
    utl_private.position_terms[], text, timestamptz, timestamptz
) is
'Books the facts of [from_time, to_time), and all transactions from then on, into positions that
have transactions: a restatement of what is not booked yet.';
