create or replace view utl.settings as
select s.price_max_age, s.mark_at, s.notify, s.stream_retention
from utl_private.settings as s;

comment on view utl.settings is
'How the firm looks at its figures: one row, changed by utl.set_setting.';
comment on column utl.settings.price_max_age is
'From what age on a price or a rate is shown as stale; 1 hour unless it is set.';
comment on column utl.settings.notify is
'direct (unless it is set): booking notifies of each change of a position, in its own transaction;
ticker: only utl.tick does, for many small commits at once; off: nobody.';
comment on column utl.settings.stream_retention is
'How long changes of positions are kept in utl.position_changes; 30 days unless it is set.';
comment on column utl.settings.mark_at is
'bid_ask (unless it is set): longs are valued at bid and shorts at ask, where both are given; mark:
at the mark, or in the middle of bid and ask.';
