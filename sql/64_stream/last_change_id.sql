create or replace function utl_private.last_change_id()
returns bigint
language sql
volatile
as $last_change_id$
    select case when s.is_called then s.last_value else s.last_value - 1 end
    from utl_private.change_ids as s
$last_change_id$;

comment on function utl_private.last_change_id() is
'The last id of a change that was drawn, by whomever, booked or not yet.';
