create or replace function utl_private.keep_chosen_lots(fills utl.fills[])
returns boolean
language plpgsql
as $keep_chosen_lots$
begin
    insert into utl_private.chosen_lots (fill_id, book_id, account_id, instrument_id, lots)
    select f.fill_id, f.book_id, f.account_id, f.instrument_id, c.lots
    from unnest(fills) as f
    cross join lateral (
        select n.lots
        from utl.corrections as n
        where
            n.account_id = f.account_id and n.venue_fill_id = f.venue_fill_id
            and n.kind = 'choose'
        order by n.correction_id desc
        limit 1
    ) as c
    on conflict on constraint chosen_lots_pkey do update set lots = excluded.lots;
    return found;
end
$keep_chosen_lots$;

comment on function utl_private.keep_chosen_lots(utl.fills[]) is
'Keeps the lots that fills have chosen last, and says whether any of them has.';
