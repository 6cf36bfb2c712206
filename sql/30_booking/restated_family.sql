create or replace function utl_private.restated_family(held utl_private.position_terms)
returns text
language sql
immutable
parallel safe
as $restated_family$
    select case
        when held.has_transactions and held.family <> 'deferred' then 'rank'
        else held.family
    end
$restated_family$;

comment on function utl_private.restated_family(utl_private.position_terms) is
'The family with which a position is restated. Those with transactions are restated together,
whatever their methods: lots may move between them, and each must go back to its own earliest place
before any is folded.';
