create or replace view utl.archived_partitions as
select
    a.relation as facts,
    to_char(a.month_start at time zone 'UTC', 'YYYY-MM') as month,
    case
        when a.restored_at is not null then 'restored'
        when a.archived_at is not null then 'archived'
        else 'being archived'
    end as state,
    a.rows,
    a.digest,
    a.path,
    a.started_at,
    a.archived_at,
    a.restored_at,
    a.archive_id
from utl_private.archives as a;

comment on view utl.archived_partitions is
'Months (UTC) of facts that were written to files and taken out, by `utl archive`, also those that
are back. Months before the last one that is out take no facts: 55U06.';
comment on column utl.archived_partitions.facts is 'fills or prices.';
comment on column utl.archived_partitions.month is 'The month, as in 2024-01.';
comment on column utl.archived_partitions.state is
'being archived: it is there still, but takes no more facts; archived: only the file has it;
restored: it is there again.';
comment on column utl.archived_partitions.rows is 'How many rows it has.';
comment on column utl.archived_partitions.digest is
'What they are, whatever their order: see utl_private.digest_rows.';
comment on column utl.archived_partitions.path is 'The Parquet file, where it was written.';
comment on column utl.archived_partitions.started_at is 'Since when it takes no more facts.';
comment on column utl.archived_partitions.archived_at is
'When it was taken out, the file having been read back and found to be the same.';
comment on column utl.archived_partitions.restored_at is 'When it was brought back.';
comment on column utl.archived_partitions.archive_id is 'Id of the archive.';
