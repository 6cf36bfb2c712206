-- Drops of shapes that a former release had, in the transaction that loads their successors. They
-- are taken out when no database can have them any more.

-- 0.1.0: other arguments, or other columns returned.
drop function if exists utl_private.book_legs(refcursor, text);
drop function if exists utl_private.restate(refcursor, text);
drop function if exists utl_private.state_before(utl_private.leg);
drop function if exists utl_private.supersede_entries(bigint, utl_private.leg[]);
drop function if exists utl_private.fact_legs(bigint[]);
drop function if exists utl_private.build_costing(integer, text);
drop function if exists utl.bust_fill(text, text, text, text);
drop function if exists utl.amend_fill(
    text, text, numeric, numeric, numeric, text, timestamptz, text, text
);
drop function if exists utl_private.record_restatements(
    bigint, utl_private.leg[], utl_private.leg[], text, bigint[]
);
drop function if exists utl_private.restore_lots(bigint, utl_private.leg[]);
drop function if exists utl_private.undone_legs(bigint, utl_private.leg[]);
drop function if exists utl_private.restated_legs(
    bigint, utl_private.leg[], utl_private.leg[]
);
drop function if exists utl.amend_fill(
    text, text, numeric, numeric, numeric, text, timestamptz, text, text, bigint
);
drop function if exists utl_private.restate(refcursor, text, text, bigint[]);
drop function if exists utl_private.add_other_fees(
    utl_private.touched[], utl_private.position_terms[]
);
drop function if exists utl_private.set_other_fees(integer, integer);
drop function if exists utl_private.take_other_fees(integer, integer);
drop view if exists utl_private.check_other_fees_are_those_of_fills;
drop function if exists utl_private.move_legs(
    utl.fills[], utl.fills[], utl_private.position_terms[], timestamptz
);
drop function if exists utl_private.restate_moves(
    utl.fills[], utl.fills[], utl_private.position_terms[], text, bigint[]
);
drop function if exists utl_private.fact_legs(
    utl_private.position_terms[], timestamptz, timestamptz
);
drop function if exists utl_private.deferred_legs_of(integer, integer, bigint);
drop function if exists utl_private.mark_leg(utl_private.position_terms, timestamptz);
drop function if exists utl_private.lock_positions(utl_private.touched[]);
drop function if exists utl.add_book(text, text, text, text);
drop function if exists utl.add_costing(
    text, text, text, text, text, text, text, boolean
);
drop function if exists utl_private.book_legs(refcursor, text, timestamptz);
drop function if exists utl_private.fold_transacted(
    bigint, timestamptz, utl_private.leg[], utl_private.leg[], utl_private.position_terms[]
);
drop function if exists utl_private.appraise(integer, timestamptz, timestamptz, timestamptz);
drop function if exists utl_private.position_lines(
    integer, timestamptz, timestamptz, timestamptz
);
drop function if exists utl_private.figures_of_positions(integer, timestamptz, timestamptz);
drop function if exists utl_private.lock_positions(utl_private.touched[], boolean);
drop function if exists utl_private.default_partition_has(timestamptz, timestamptz);
drop function if exists utl_private.add_price_partition(timestamptz);
drop function if exists utl_private.fill_inventories(integer);
drop function if exists utl_private.drop_bare_carries(utl_private.position_terms[]);
drop function if exists utl_private.book_apart(
    utl.fills[], utl_private.position_terms[], utl_private.touched[], bigint[]
);
drop function if exists utl_private.book_part(
    utl_private.outcome, utl_private.leg, utl_private.open_lots
);
drop function if exists utl_private.chosen_part(utl_private.leg, utl_private.open_lots);
drop function if exists utl_private.rates_to(integer[], integer, timestamptz, interval);
drop function if exists utl_private.rate_paths(
    integer[], integer, timestamptz, timestamptz, integer
);
drop function if exists utl_private.appraise(integer, timestamptz, timestamptz, timestamptz);
drop function if exists utl_private.position_lines(
    integer, timestamptz, timestamptz, timestamptz
);
drop function if exists utl_private.income_of_positions(
    integer, timestamptz, timestamptz, timestamptz
);
drop function if exists utl_private.results_in_reporting(
    integer, text, timestamptz, timestamptz, timestamptz
);
drop function if exists utl_private.day_ends(date, date);
drop function if exists utl_private.account_quantities(integer, timestamptz);
drop view if exists utl_private.traded_coins;
drop function if exists utl_private.exposure_lines(integer, timestamptz);
drop function if exists utl_private.prices_at(integer[], timestamptz, text);
drop function if exists utl.price_at(text, timestamptz, text);
drop function if exists utl_private.judge_price(
    jsonb, text, timestamptz, text, text, text, boolean
);
drop function if exists utl_private.direct_rates(integer[], integer[], timestamptz[]);
drop function if exists utl_private.chained_rates(integer[], integer[], timestamptz[]);
drop function if exists utl_private.past_lines(
    utl_private.latest_prices[], timestamptz, timestamptz
);
drop function if exists utl_private.unmet_choices(bigint, utl.fills, jsonb);
