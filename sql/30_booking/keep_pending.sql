create or replace function utl_private.keep_pending(correction_ids bigint[])
returns void
language plpgsql
as $keep_pending$
begin
    for _attempt in 1..2 loop
        exit when not exists (select from utl_private.unmet_corrections(correction_ids));
        if _attempt = 1 then
            -- A fill that is being recorded right now would see neither us nor we it: wait for it.
            lock table utl.fills in share mode;
        else
            insert into utl_private.pending_corrections (account_id, venue_fill_id)
            select distinct u.account_id, u.venue_fill_id
            from utl_private.unmet_corrections(correction_ids) as u
            order by 1, 2
            on conflict on constraint pending_corrections_pkey do nothing;
        end if;
    end loop;
end
$keep_pending$;

comment on function utl_private.keep_pending(bigint[]) is
'Keeps in mind the corrections whose fill is not there yet, so that it is booked as corrected when
it comes.';
