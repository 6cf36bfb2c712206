create or replace function utl_private.note_dropped(before timestamptz)
returns void
language plpgsql
as $note_dropped$
declare
    _behind utl_private.subscribers;
begin
    for _behind in
        select s.* from utl_private.subscribers as s
        where s.acknowledged_at < note_dropped.before
    loop
        _behind.book_ids := utl_private.subtrees_of(_behind.book_ids);
        update utl_private.subscribers as s
        set dropped_id = n.change_id
        from (
            select max(w.change_id) as change_id
            from utl_private.wanted_changes(_behind, utl_private.last_change_id()) as w
            where w.changed_at < note_dropped.before
        ) as n
        where s.subscriber = _behind.subscriber and n.change_id is not null;
    end loop;
end
$note_dropped$;

comment on function utl_private.note_dropped(timestamptz) is
'Notes with each subscriber the last change from before a time that he wants and has not
acknowledged: these are about to be dropped.';
