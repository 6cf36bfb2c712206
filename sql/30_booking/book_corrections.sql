create or replace function utl_private.book_corrections()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $book_corrections$
declare
    _ids bigint[];
    _cause text;
    _fills utl.fills[];
    _after utl.fills[];
begin
    select
        array_agg(c.correction_id order by c.correction_id),
        case
            when bool_and(c.kind = 'bust') then 'bust'
            when bool_and(c.kind = 'choose') then 'choice'
            else 'amendment'
        end
    into _ids, _cause
    from new_corrections as c;
    if _ids is null then                -- a statement without rows
        return null;
    end if;
    perform utl_private.keep_pending(_ids);
    _fills := utl_private.corrected_fills(_ids);
    if _fills is not null then
        -- Locked before their corrections are read: those of another session come before or after.
        perform utl_private.lock_positions(utl_private.touched_by(_fills, _fills));
        _after := utl_private.correct_fills(_fills);
        perform utl_private.rebook_fills(
            utl_private.correct_fills(_fills, _ids), _after, _cause, _ids
        );
    end if;
    perform utl_private.require_whole(_after, _ids);
    perform utl_private.require_chosen(_after, _ids);
    return null;
end
$book_corrections$;

comment on function utl_private.book_corrections() is
'Trigger on utl.corrections, once a statement: books the fills concerned as they count from now on,
and keeps in mind the corrections whose fill has yet to come.';

create or replace trigger t30_book_corrections
after insert on utl.corrections
referencing new table as new_corrections
for each statement execute function utl_private.book_corrections();

create or replace trigger t10_refuse_change
before update or delete or truncate on utl.corrections
for each statement execute function utl_private.refuse_change();
