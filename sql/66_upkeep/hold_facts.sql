create or replace function utl_private.hold_facts(
    of_book_id integer, since timestamptz default '-infinity'
)
returns void
language plpgsql
as $hold_facts$
begin
    lock table utl.fills in access share mode;
    perform utl_private.require_facts(of_book_id, since, with_frozen => true);
end
$hold_facts$;

comment on function utl_private.hold_facts(integer, timestamptz) is
'Raises 55U06 unless all fills of a book since a time are there, and keeps them there until the
transaction ends. For what derives from the facts anew.';
