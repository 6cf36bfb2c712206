create or replace function utl.archivable(before date, facts text default 'fills')
returns table (month date, partition text, problem text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $archivable$
declare
    _start timestamptz;
    _end timestamptz;
    _in_default timestamptz;
begin
    if facts = 'prices' then
        select min(p.at) into _in_default from utl_private.prices_default as p;
    else
        select min(f.executed_at) into _in_default from utl_private.fills_default as f;
    end if;
    for partition, _start in
        select c.relname, to_timestamp(right(c.relname, 7), 'YYYY_MM')
        from pg_catalog.pg_inherits as i
        inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = to_regclass('utl.' || facts)
            and c.relname ~ ('^' || facts || '_\d{4}_\d{2}$')
        order by c.relname
    loop
        month := _start::date;
        _end := _start + interval '1 month';
        exit when _end > date_trunc('month', before::timestamptz);
        problem := coalesce(
            problem,
            case
                when _end > clock_timestamp() then 'the month is not over'
                when _in_default < _end then 'older ones are in the default partition: utl maintain'
            end,
            (
                select format('book %s is not closed up to its end, or is being built', b.book)
                from utl_private.open_books(facts, _start, _end) as b
                limit 1
            ),
            (
                select format('fill %s of it counts later, at %s', f.fill_id, f.executed_at)
                from utl_private.fills_of_month(_start, _end) as f
                where facts = 'fills' and f.executed_at >= _end
                limit 1
            )
        );
        return next;
        if problem is not null then
            problem := 'an older month cannot be archived';
        end if;
    end loop;
end
$archivable$;

comment on function utl.archivable(date, text) is
'The months (UTC) of fills, or prices, that are there and end before the month of a date, or with
it, the oldest first, and why one cannot be archived yet: problem is null if it can. Only what is
closed can: utl.close_period; fills in each book that has any in that month, prices in all.';
