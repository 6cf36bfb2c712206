begin;
select plan(10);

do $set_up$
begin
    perform utl.add_account('main', 'kraken');
    perform utl.add_instrument('BTC/USD');
    perform utl.add_book('desk');
end
$set_up$;

create function pg_temp.record(lines text, header text, zone text default null)
returns text
language sql
as $record$
    select string_agg(concat_ws(' ', r.line, r.outcome, r.reason), E'\n' order by r.line)
    from utl.record_fill_lines(
        lines, string_to_array(header, ','), book => 'desk', account => 'main',
        first_line => 2, timezone => zone
    ) as r
$record$;

select is(
    pg_temp.record(
        E'BTC/USD,buy,1,100,2026-01-05T10:00:00Z,a\n\n BTC/USD , sell,1,,2026-01-05T10:00:00Z,b\n'
        'BTC/USD,buy\nBTC/USD,sell,1,90, 2026-01-05T10:01:00Z ,c \n',
        'instrument,side,quantity,price,executed_at,venue_fill_id'
    ),
    E'2 booked\n4 rejected price is missing\n5 rejected 2 values in a line of 6 columns\n6 booked',
    'lines_are_read_by_their_columns_and_keep_their_numbers'
);
select is(
    pg_temp.record(
        '1,100,c,2026-01-05 20:01:00,BTC/USD,sell,,,90',
        'quantity,book,venue_fill_id,executed_at,instrument,side,fee,account,price', 'Asia/Seoul'
    ),
    '2 rejected unknown book ''100''; the nearest known: ''desk''',
    'a_value_goes_before_the_default'
);
select is(
    pg_temp.record(
        '1,,c,2026-01-05 19:01:00,BTC/USD,sell,,,90',
        'quantity,book,venue_fill_id,executed_at,instrument,side,fee,account,price', 'Asia/Seoul'
    ),
    '2 duplicate', 'a_time_without_a_zone_is_in_the_one_given'
);
select is(
    (
        select array_agg(r.raw order by r.line) from utl.rejected_fills as r
        where r.line > 2
    ),
    array[' BTC/USD , sell,1,,2026-01-05T10:00:00Z,b', 'BTC/USD,buy'],
    'a_rejected_line_is_kept_as_it_came'
);
select is(pg_temp.record('', 'instrument'), null, 'no_lines_give_nothing');
select is(
    pg_temp.record(
        E'BTC/USD,buy,1,100,2026-01-05T10:00:00Z,a,71\nBTC/USD,buy,-1,1,2026-01-05T10:00:00Z,x,70',
        'instrument,side,quantity,price,executed_at,venue_fill_id,line'
    ),
    E'70 rejected quantity is not positive: ''-1''\n71 duplicate',
    'a_line_may_say_its_own_number'
);
select is(
    (
        select r.raw from utl.rejected_fills as r
        where r.line = 70
    ),
    'BTC/USD,buy,-1,1,2026-01-05T10:00:00Z,x', 'its_number_is_no_part_of_the_line'
);
select is(
    pg_temp.record(
        E'BTC/USD,hold,1,1,2026-01-05T10:00:00Z,y,80,Hold;\x1f"a\x1eb"\n'
        'BTC/USD,hold,1,1,2026-01-05T10:00:00Z,y,no number,',
        'instrument,side,quantity,price,executed_at,venue_fill_id,line,raw'
    ),
    E'3 rejected side is neither buy nor sell: ''hold''\n'
    '80 rejected side is neither buy nor sell: ''hold''',
    'a_line_may_stand_for_a_row_of_another_file'
);
select is(
    (
        select array_agg(r.raw order by r.line) from utl.rejected_fills as r
        where r.line in (3, 80)
    ),
    array['', E'Hold;,"a\nb"'], 'whose_text_is_kept_instead_of_the_line'
);
select is(audit(), 'sound', 'the_ledger_is_sound');

select * from finish();
rollback;
