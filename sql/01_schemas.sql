comment on schema utl is
'Universal Transaction Ledger: the contract. Fact tables to insert into, functions to call, views to
read.';
comment on schema utl_private is
'Behind utl: derived tables, partitions, internal functions. No contract; look, but do not touch.';
