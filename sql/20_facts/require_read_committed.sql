create or replace function utl_private.require_read_committed()
returns trigger
language plpgsql
as $require_read_committed$
begin
    raise exception 'facts are recorded in read committed transactions'
    using
        errcode = '55U04',
        detail = format('This one is %s.', current_setting('transaction_isolation')),
        hint = 'Leave the isolation level as it is by default, or set it to read committed.';
end
$require_read_committed$;

comment on function utl_private.require_read_committed() is
'Trigger: raises 55U04. A transaction that looks at a snapshot would not see the fill that a
correction is about, or the correction of its fill, or that a period was closed, while it waits.';

create or replace trigger t20_require_read_committed
before insert on utl.fills
for each statement
when (current_setting('transaction_isolation') <> 'read committed')
execute function utl_private.require_read_committed();

create or replace trigger t20_require_read_committed
before insert on utl.corrections
for each statement
when (current_setting('transaction_isolation') <> 'read committed')
execute function utl_private.require_read_committed();

create or replace trigger t20_require_read_committed
before insert on utl.transactions
for each statement
when (current_setting('transaction_isolation') <> 'read committed')
execute function utl_private.require_read_committed();

create or replace trigger t20_require_read_committed
before insert on utl.transaction_corrections
for each statement
when (current_setting('transaction_isolation') <> 'read committed')
execute function utl_private.require_read_committed();
