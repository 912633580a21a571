-- One row per date x family x set of variants x safety level x origin: what that safety costs in capability.
with taxes as (
    select * from stats.fixed_safety
)

select
    ---------- ids
    as_of_date,
    family,
    variants,
    safety_level,
    base_model_id,
    ---------- the tax
    base_capability,
    tax,
    tax_low,
    tax_high,
    probability_reachable,
    method as tax_method,
    ---------- the nearest model that exists
    nearest_model_id,
    nearest_tax,
    count_variants,
    ---------- where it comes from
    origin,
    origin = 'simulated' as is_simulated,
    flags,
    reason
from taxes
