begin;
select plan(51);

select ok(utl_private.is_decimal(n), format('%s_is_a_number', n))
from unnest(array[
    '0', '1', '-1', '+1', '1.5', '1.', '.5', '-.5', '1e5', '1E-8', '+1.5e+10', '007',
    repeat('1234567890', 4), '0.' || repeat('1234567890', 4)
]) as n;
select ok(not utl_private.is_decimal(n), format('%s_is_no_number', n))
from unnest(array[
    '', '.', '-', '+.', 'NaN', 'Infinity', '-inf', '1,5', '1 5', '1_000', '0x1F', '0b1', '1e', 'e5',
    '1e100', '1.2.3', '--1', '1-', '٣', repeat('1', 121)
]) as n;

select
    is(
        utl_private.read_time(t.written), t.meant::timestamptz, format('%s_is_a_time', t.written)
    )
from (
    values
    ('2026-01-05T10:00:00Z', '2026-01-05 10:00Z'),
    ('2026-01-05T10:00:00.123456789Z', '2026-01-05 10:00:00.123457Z'),
    ('2026-01-05 10:00+01', '2026-01-05 09:00Z'),
    ('2026-01-05T10:00:00 Europe/Berlin', '2026-01-05 09:00Z'),
    ('2026-07-05 10:00:00-03:30', '2026-07-05 13:30Z'),
    ('2026-01-05 10:00:00 +0100', '2026-01-05 09:00Z'),
    ('1767607200123', '2026-01-05 10:00:00.123Z')
) as t (written, meant);
select is(utl_private.read_time(t), null, format('%s_is_no_time', t))
from unnest(array[
    '', 'now', 'infinity', 'today', '2026-01-05', '2026-01-05T10:00', '2026-02-30T10:00Z',
    '2026-01-05T10:00 EST', '2026-01-05T10:00 Mars/Olympus', '05/01/2026 10:00Z'
]) as t;

select * from finish();
rollback;
