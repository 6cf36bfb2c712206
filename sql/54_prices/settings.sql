create or replace view utl.settings as
select s.price_max_age, s.mark_at
from utl_private.settings as s;

comment on view utl.settings is
'How the firm looks at its figures: one row, changed by utl.set_setting.';
comment on column utl.settings.price_max_age is
'From what age on a price or a rate is shown as stale; 1 hour unless it is set.';
comment on column utl.settings.mark_at is
'bid_ask (unless it is set): longs are valued at bid and shorts at ask, where both are given; mark:
at the mark, or in the middle of bid and ask.';
