-- Reference data: what trades, where, and for whom.
--
-- An asset can be held (BTC, USD); an instrument is traded (BTC/USDT, BTC/USDT:USDT) and has a
-- base, a quote and a cost currency. An account is one wallet or sub-account at a venue. A book
-- owns risk and profit, and its costings say how unit cost is computed. People and files use names,
-- facts carry ids. All of it is added by functions that may be repeated: the same call twice
-- changes nothing.

create or replace function utl_private.nearest_names(name text, known text[])
returns text
language sql
immutable
parallel safe
as $nearest_names$
    select string_agg(quote_literal(n.known), ', ' order by n.place)
    from (
        select
            k.known,
            row_number() over (
                order by utl_private.name_distance(lower(k.known), lower(name)), k.known
            ) as place
        from unnest(known) as k (known)
    ) as n
    where n.place <= 3
$nearest_names$;

comment on function utl_private.nearest_names(text, text[]) is
'Up to three known names, the most alike first, for the hint of an error.';
