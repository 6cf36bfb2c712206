-- STYLE.md as tests, as far as the catalogue can tell; python/test_house_style.py reads the files.
begin;
select plan(24);

create temp view schemas as
select n.oid, n.nspname
from pg_catalog.pg_namespace as n
where n.nspname in ('utl', 'utl_private');

create temp view relations as
select
    c.oid, s.nspname as schema, c.relname as name, c.relkind as kind,
    c.relispartition as is_partition
from pg_catalog.pg_class as c
inner join schemas as s on c.relnamespace = s.oid;

create temp view functions as
select
    p.oid, s.nspname as schema, p.proname as name, p.prosrc as body, l.lanname as language,
    p.prosecdef as is_security_definer, p.proconfig as settings
from pg_catalog.pg_proc as p
inner join schemas as s on p.pronamespace = s.oid
inner join pg_catalog.pg_language as l on p.prolang = l.oid;

-- Comments.
select is_empty(
    $$
        select s.nspname from schemas as s where obj_description(s.oid, 'pg_namespace') is null
    $$,
    'every_schema_has_a_comment'
);
select is_empty(
    $$
        select r.schema, r.name from relations as r
        where r.kind in ('r', 'p', 'v') and not r.is_partition
        and (r.schema = 'utl' or r.kind = 'v') and obj_description(r.oid, 'pg_class') is null
    $$,
    'every_public_table_and_every_view_has_a_comment'
);
select is_empty(
    $$
        select r.name, a.attname from relations as r
        inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid
        where r.schema = 'utl' and r.kind in ('r', 'p', 'v') and a.attnum > 0
        and not a.attisdropped and col_description(r.oid, a.attnum) is null
    $$,
    'every_column_of_a_public_table_or_view_has_a_comment'
);
select is_empty(
    $$
        select f.oid::regprocedure from functions as f
        where obj_description(f.oid, 'pg_proc') is null
    $$,
    'every_function_has_a_comment'
);
select is_empty(
    $$
        select d.objoid, n.name
        from pg_catalog.pg_description as d
        cross join lateral regexp_matches(d.description, '\mutl(?:_private)?\.(\w+)', 'g') as n (name)
        where
            d.description ~ '\mutl(_private)?\.'
            and not exists (select from relations as r where r.name = n.name[1])
            and not exists (select from functions as f where f.name = n.name[1])
    $$,
    'what_a_comment_names_is_there'
);
select is_empty(
    $$
        select v.name, a.attname
        from relations as v
        inner join pg_catalog.pg_attribute as a on v.oid = a.attrelid
        where v.schema = 'utl' and a.attnum > 0 and not a.attisdropped
        and col_description(v.oid, a.attnum) !~ '^[A-Za-z0-9].*[.]$'
    $$,
    'every_comment_on_a_column_is_a_sentence'
);
select is_empty(
    $$
        select r.name from relations as r
        where r.name ~ '^check_' and obj_description(r.oid, 'pg_class') !~ '^[A-Z].*[^.]$'
    $$,
    'the_comment_on_a_check_is_a_title'
);

-- Functions.
select is_empty(
    $$ select f.schema, f.name from functions as f group by 1, 2 having count(*) > 1 $$,
    'no_function_is_overloaded'
);
select is_empty(
    $$
        select f.oid::regprocedure from functions as f
        where f.is_security_definer
        and 'search_path=pg_catalog, pg_temp' <> all(coalesce(f.settings, '{}'))
    $$,
    'what_runs_as_the_owner_looks_for_names_in_pg_catalog_and_last_in_pg_temp'
);
select is_empty(
    $$
        select f.oid::regprocedure from functions as f
        where f.is_security_definer <> (
            f.schema = 'utl' or f.oid in (select t.tgfoid from pg_catalog.pg_trigger as t)
        )
        and f.body !~* '^\s*begin\s+raise\M'
        and f.body !~* '\mcommit\M'      -- which is not for those who run as another
    $$,
    'public_functions_and_triggers_run_as_the_owner_and_no_others'
);
select is_empty(
    $$
        select f.oid::regprocedure from functions as f
        where f.language not in ('sql', 'plpgsql')
    $$,
    'functions_are_in_sql_or_plpgsql'
);

-- Errors.
create temp view errors as
select
    f.oid::regprocedure as function,
    r.statement[1] as statement,
    substring(r.statement[1] from 'errcode\s*=\s*''(\w{5})''') as code
from functions as f
cross join lateral regexp_matches(
    f.body, '\mraise\s+(?!notice|info|debug|log).*?;\s*?(?:\n|$)', 'gi')
    as r (statement);

select is_empty(
    $$ select e.function, e.statement from errors as e where e.code is null $$,
    'every_error_has_a_code'
);
select is_empty(
    $$ select e.function, e.code from errors as e where e.code !~ '^(22|23|55)U\d\d$' $$,
    'every_code_is_of_class_22u_23u_or_55u'
);
select is_empty(
    $$
        select e.function, e.code from errors as e
        where e.statement !~ '\mdetail\s*=' or e.statement !~ '\mhint\s*='
    $$,
    'every_error_has_a_detail_and_a_hint'
);
select cmp_ok((select count(*) from errors), '>', 5::bigint, 'the_search_for_errors_finds_some');

-- Names.
select is_empty(
    $$
        select r.schema, r.name from relations as r where r.name !~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'
        union all
        select f.schema, f.name from functions as f where f.name !~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'
        union all
        select r.name, a.attname from relations as r
        inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid
        where a.attnum > 0 and a.attname !~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'
    $$,
    'names_are_in_snake_case'
);
select is_empty(
    $$
        select f.oid::regprocedure, a.name from functions as f
        inner join pg_catalog.pg_proc as p on f.oid = p.oid
        cross join unnest(p.proargnames) as a (name)
        where a.name !~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'
    $$,
    'names_of_parameters_are_in_snake_case_and_do_not_look_like_locals'
);
select is_empty(
    $$
        select n.name
        from (
            select r.name from relations as r
            union all
            select f.name from functions as f
            union all
            select a.attname from relations as r
            inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid
            where r.kind not in ('S', 'i', 'I')
        ) as n
        where n.name ~ '(^|_)(data|info|tmp|temp|val|value|proc|obj|misc|foo)\d*(_|$)'
    $$,
    'names_say_something'
);
select is_empty(
    $$
        select c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)
        from pg_catalog.pg_constraint as c
        inner join relations as r on c.conrelid = r.oid
        where
            not r.is_partition
            and c.contype in ('c', 'u', 'x')
            and c.conname ~ format(
                '^%s(_(%s))*_(check|key|excl)\d*$',
                r.name,
                (
                    select string_agg(a.attname, '|') from pg_catalog.pg_attribute as a
                    where a.attrelid = r.oid and a.attnum > 0
                )
            )
    $$,
    'constraints_read_as_facts'
);
select is_empty(
    $$
        select i.indexrelid::regclass
        from pg_catalog.pg_index as i
        inner join relations as r on i.indrelid = r.oid
        where not r.is_partition and i.indexrelid::regclass::text ~ '_idx\d*$'
    $$,
    'indexes_have_names_of_their_own'
);
select is_empty(
    $$
        select t.tgrelid::regclass, t.tgname
        from pg_catalog.pg_trigger as t
        inner join relations as r on t.tgrelid = r.oid
        inner join functions as f on t.tgfoid = f.oid
        where not t.tgisinternal and t.tgname !~ format('^t\d\d_%s$', f.name)
    $$,
    'triggers_are_named_after_their_order_and_their_function'
);
select is_empty(
    $$
        select r.name from relations as r
        where r.kind in ('r', 'p') and not r.is_partition
        and r.name !~ '(s|ies)$' and r.name <> 'code_version'
    $$,
    'tables_are_named_in_the_plural'
);

-- Tables.
select is_empty(
    $$
        select r.name from relations as r
        where
            r.schema = 'utl' and r.kind in ('r', 'p') and r.name not in (
                'fills', 'corrections', 'transactions', 'transaction_corrections', 'fact_rates',
                'prices', 'venue_statements'
            )
    $$,
    'only_facts_are_public_tables'
);
select is_empty(
    $$
        select r.schema, r.name from relations as r
        where r.is_partition and r.schema <> 'utl_private'
    $$,
    'partitions_are_private'
);

select * from finish();
rollback;
