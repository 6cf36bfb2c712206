create or replace function utl_private.book_apart(
    fills utl.fills[],
    held utl_private.position_terms[],
    positions bigint[]
)
returns void
language plpgsql
as $book_apart$
begin
    perform utl_private.keep_late_fills(fills);
    perform utl_private.restate_moves(
        null, fills, array(select h from unnest(held) as h where h.position_id = any(positions)),
        'late fill'
    );
end
$book_apart$;

comment on function utl_private.book_apart(
    utl.fills[], utl_private.position_terms[], bigint[]
) is
'Books new fills in those of the positions held whose end is not their place, and marks the fills of
closed periods.';
