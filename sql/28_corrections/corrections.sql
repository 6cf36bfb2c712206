comment on table utl.corrections is
'Busts and amendments of fills, as plain rows: INSERT applies them in the same commit. They are
never changed. One whose fill is not there yet waits for it.';
comment on column utl.corrections.executed_at is 'New time of execution; null: as it was.';
comment on column utl.corrections.recorded_at is 'When it was inserted here.';
comment on column utl.corrections.sequence is 'New order within one time; null: as it was.';
comment on column utl.corrections.account_id is 'The account of the fill.';
comment on column utl.corrections.fee_asset_id is 'New asset of the fee; null: as it was.';
comment on column utl.corrections.quantity is 'New quantity; null: as it was.';
comment on column utl.corrections.price is 'New price; null: as it was.';
comment on column utl.corrections.fee is 'New fee; null: as it was.';
comment on column utl.corrections.venue_fill_id is 'The venue''s identity of the fill.';
comment on column utl.corrections.correction_id is
'Order of arrival, shared by all kinds of facts.';
comment on column utl.corrections.kind is
'bust: the fill does not count any more; amend: it counts, with the values given; choose: it closes
the lots named, the rest by the order of the costing.';
comment on column utl.corrections.lots is
'The lots that it closes, in this order: [{"lot_id": 1, "quantity": "0.5"}], ids as in
utl.open_lots.';
comment on column utl.corrections.reason is 'Why.';
comment on column utl.corrections.source is 'Who said so.';
