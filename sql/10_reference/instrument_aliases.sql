create or replace view utl.instrument_aliases as
select v.venue, x.symbol, n.instrument
from utl_private.instrument_aliases as x
inner join utl_private.venues as v on x.venue_id = v.venue_id
inner join utl_private.instruments as n on x.instrument_id = n.instrument_id;

comment on view utl.instrument_aliases is
'How venues spell instruments: what comes from an account of the venue may have the symbol in place
of the name.';
comment on column utl.instrument_aliases.venue is 'The venue.';
comment on column utl.instrument_aliases.symbol is 'What the venue calls it.';
comment on column utl.instrument_aliases.instrument is 'What it is here.';
