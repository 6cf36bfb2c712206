create or replace view utl.venues as
select v.venue_id, v.venue
from utl_private.venues as v;

comment on view utl.venues is 'Where trading happens: exchanges, brokers, custodians.';
comment on column utl.venues.venue_id is 'Id of the venue.';
comment on column utl.venues.venue is 'Its name.';
