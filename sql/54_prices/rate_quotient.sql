create or replace function utl_private.rate_quotient(numerator numeric, denominator numeric)
returns numeric
language sql
immutable
parallel safe
return trim_scale(
    case
        when denominator = 1 then numerator
        else round((numerator + 0e-90) / denominator, 30)
    end
);

comment on function utl_private.rate_quotient(numeric, numeric) is
'A rate: exact if nothing is inverted on its path, else rounded once, half away from zero, to 30
places. 0e-90 makes the quotient exact to 60 places beyond the rounding, as in utl_private.share.';
