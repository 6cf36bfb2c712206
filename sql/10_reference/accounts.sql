create or replace view utl.accounts as
select a.account_id, a.account, v.venue, a.venue_id
from utl_private.accounts as a
inner join utl_private.venues as v on a.venue_id = v.venue_id;

comment on view utl.accounts is 'Accounts, sub-accounts and wallets, each at one venue.';
comment on column utl.accounts.account_id is 'Id of the account, as facts carry it.';
comment on column utl.accounts.account is 'Its name, unique in the firm.';
comment on column utl.accounts.venue is 'The venue at which it is held.';
comment on column utl.accounts.venue_id is 'Id of that venue.';
