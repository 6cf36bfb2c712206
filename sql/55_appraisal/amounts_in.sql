create or replace function utl_private.amounts_in(
    flow utl_private.flows, instrument utl_private.instruments
)
returns table (asset_id integer, kind text, amount numeric)
language sql
immutable
as $amounts_in$
    select
        case when v.is_valued then instrument.cost_asset_id else flow.asset_id end,
        case
            when flow.kind in ('fill', 'network_fee') then 'fee'
            when flow.kind = 'airdrop' then 'reward'
            else flow.kind
        end,
        case when v.is_valued then flow.at_price else flow.received end
    from (
        select flow.kind in ('reward', 'airdrop') and flow.instrument_id <> 0
    ) as v (is_valued)
    where
        flow.kind in ('funding', 'interest', 'rebate', 'dividend', 'reward', 'airdrop', 'fee')
        or (flow.kind = 'network_fee' and flow.instrument_id = 0)
        or (
            flow.kind = 'fill' and flow.asset_id <> 0
            and flow.asset_id <> instrument.cost_asset_id
            and (flow.asset_id <> instrument.base_asset_id or instrument.kind <> 'spot')
        )
$amounts_in$;

comment on function utl_private.amounts_in(utl_private.flows, utl_private.instruments) is
'What of a flow is a fee or income beside a position, and of which asset: received is positive. Fees
of fills only in third assets, for those in the cost asset and in the coin are fees of the position,
as network fees of an instrument are; rewards of an instrument at what they were worth. Written so
that the planner inlines it.';
