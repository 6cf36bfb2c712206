create or replace view utl.rejected_fills as
select
    r.rejected_fill_id,
    nullif(r.source, '') as source,
    r.line,
    r.sqlstate,
    r.reason,
    r.raw,
    r.content,
    r.rejected_at,
    r.resolved_at,
    r.resolution,
    r.fact
from utl_private.rejected_fills as r;

comment on view utl.rejected_fills is
'Rows that could not become fills, transactions or lines of a venue''s statement, as they came, and
repeated references of transactions and statements with other content (23U03).
utl.retry_rejected_fills sends the unresolved ones through again.';
comment on column utl.rejected_fills.rejected_fill_id is 'Id of the rejected row.';
comment on column utl.rejected_fills.source is 'Where it came from, such as a file''s name.';
comment on column utl.rejected_fills.line is 'Its line there, or its place in the array.';
comment on column utl.rejected_fills.sqlstate is
'22U01 unknown name, 22U03 value missing or impossible, 22U04 unreadable; another: booking refused
it.';
comment on column utl.rejected_fills.reason is 'Why, in words, the last time it was sent.';
comment on column utl.rejected_fills.raw is 'The row as it came.';
comment on column utl.rejected_fills.content is 'Its values by column; null if it cannot be read.';
comment on column utl.rejected_fills.rejected_at is 'When it was first rejected.';
comment on column utl.rejected_fills.resolved_at is 'When it was sent again and not rejected.';
comment on column utl.rejected_fills.resolution is
'What became of it then: booked, duplicate or conflict.';
comment on column utl.rejected_fills.fact is
'What it was to become: fill, transaction or statement.';
