create or replace function utl_private.held_again(held utl_private.position_terms[])
returns utl_private.position_terms[]
language sql
as $held_again$
    select utl_private.held_positions(
        array(select h.position_id from unnest(held) as h where h.family <> 'deferred'),
        array(select h.position_id from unnest(held) as h where h.family = 'deferred')
    )
$held_again$;

comment on function utl_private.held_again(utl_private.position_terms[]) is
'Positions that are locked already, with their terms as they are now.';
