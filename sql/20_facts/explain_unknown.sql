create or replace function utl_private.explain_unknown(checked utl_private.checked_fill[])
returns utl_private.checked_fill[]
language plpgsql
stable
as $explain_unknown$
declare
    _reasons jsonb := utl_private.unknown_reasons(
        array(select u.reason from unnest(checked) as u where u.sqlstate = '22U01')
    );
    _row record;
begin
    for _row in
        select c.position, r.reason
        from (
            select u.sqlstate, u.reason, row_number() over () as position
            from unnest(checked) as u
        ) as c
        inner join jsonb_each_text(_reasons) as r (unknown, reason) on c.reason = r.unknown
        where c.sqlstate = '22U01'
    loop
        checked[_row.position].reason := _row.reason;
    end loop;
    return checked;
end
$explain_unknown$;

comment on function utl_private.explain_unknown(utl_private.checked_fill[]) is
'Turns kind and name of what is unknown into the reason why a row is rejected.';
