create or replace function utl_private.is_in_inventory(
    flow utl_private.flows, instrument utl_private.instruments
)
returns boolean
language sql
stable
as $is_in_inventory$
    select
        (
            flow.kind in ('fill', 'reward', 'airdrop')
            and coalesce(instrument.kind in ('spot', 'equity', 'fx'), false)
        )
        or flow.asset_id <> (
            select b.reporting_asset_id
            from utl_private.books as b
            where b.book_id = flow.book_id
        )
$is_in_inventory$;

comment on function utl_private.is_in_inventory(
    utl_private.flows, utl_private.instruments
) is
'Whether costings of basis asset have what was paid or received by a flow in an inventory: fees and
rewards of what is owned outright, and all that is not in the reporting currency of the book.';
