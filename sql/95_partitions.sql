-- Partitions of the months and days to come; those of a database that stays up are made by the same
-- calls.
select utl.add_partitions();
select utl.add_change_partitions();
