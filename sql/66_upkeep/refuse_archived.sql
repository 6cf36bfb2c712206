create or replace function utl_private.refuse_archived()
returns trigger
language plpgsql
as $refuse_archived$
declare
    _month text := to_char(
        (to_jsonb(new) ->> tg_argv[0])::timestamptz at time zone 'UTC', 'YYYY-MM'
    );
begin
    raise exception '% of % are archived', tg_argv[1], _month
    using
        errcode = '55U06',
        detail = format('%s.', to_jsonb(new)),
        hint = format(
            'Bring them back with `utl restore --facts %s --from %s`, and send it again.',
            tg_argv[1], _month
        );
end
$refuse_archived$;

comment on function utl_private.refuse_archived() is
'Trigger on the partition of a month that is being archived, and on the one that stands for all that
are, once a row: raises 55U06. Its arguments are the column of the time, and the table.';
