-- Partitions of the months to come; those of a database that stays up are made by the same call.
select utl.add_partitions();
