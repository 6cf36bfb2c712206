create or replace function utl_private.throw_away(
    restatement_id bigint, positions utl_private.positions[], thrown_at timestamptz
)
returns void
language plpgsql
as $throw_away$
begin
    perform utl_private.supersede_entries(
        restatement_id,
        array(
            select l
            from unnest(positions) as p
            inner join utl_private.position_terms as t on p.position_id = t.position_id
            cross join lateral utl_private.mark_leg(t, '-infinity') as l
        ),
        thrown_at
    );
    delete from utl_private.open_lots as o
    using unnest(positions) as p
    where o.position_id = p.position_id;
    update utl_private.positions as p
    set
        opened_at = null,
        last_effective_at = '-infinity', last_sequence = 0, last_fill_id = 0,
        quantity = 0, cost = 0, realized_pnl = 0, fees = 0
    from unnest(positions) as k
    where p.position_id = k.position_id and p.book_id = k.book_id;
end
$throw_away$;

comment on function utl_private.throw_away(
    bigint, utl_private.positions[], timestamptz
) is
'Leaves positions as if they had never had a fact; their entries are kept as superseded.';
