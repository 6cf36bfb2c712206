-- depends: 0016_option_deltas
-- squawk-ignore-file constraint-missing-not-valid
-- squawk-ignore-file ban-drop-constraint
-- Lots are chosen for what leaves by a transaction, too: a correction of it, as of a fill.

alter table utl.transaction_corrections
add column lots jsonb,
drop constraint transaction_corrections_kind_is_known,
add constraint transaction_corrections_kind_is_known
check (kind in ('cancel', 'amend', 'choose')),
drop constraint transaction_corrections_that_cancel_change_no_value,
add constraint transaction_corrections_that_amend_nothing_change_no_value check (
    kind = 'amend' or num_nonnulls(occurred_at, quantity, amount, opened_at) = 0
),
add constraint transaction_corrections_that_choose_name_lots
check ((kind = 'choose') = (lots is not null));
