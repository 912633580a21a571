-- One row per date x family x set of variants x safety level x capability benchmark x origin.
with taxes as (
    select * from stats.benchmark_fixed_safety
)

select
    ---------- ids
    as_of_date,
    family,
    variants,
    safety_level,
    benchmark_id,
    base_model_id,
    ---------- the tax
    base_capability as base_score,
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
