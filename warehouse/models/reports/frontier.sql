-- One row per date x family x model x origin: its place between capability and safety.
with places as (
    select * from stats.frontier
),

models as (
    select * from marts.dim_model
)

select
    ---------- ids
    places.as_of_date,
    places.family,
    places.model_id,
    models.stage,
    models.method,
    models.knob_name,
    models.knob_value,
    models.base_model_id is null as is_base,
    ---------- the axes
    places.capability,
    places.capability_low,
    places.capability_high,
    places.safety,
    places.safety_low,
    places.safety_high,
    places.over_refusal,
    places.over_refusal_low,
    places.over_refusal_high,
    ---------- the frontier
    places.is_on_frontier,
    places.probability_on_frontier,
    places.count_models,
    places.count_capability_items,
    places.count_safety_items,
    ---------- where it comes from
    places.origin,
    places.origin = 'simulated' as is_simulated,
    places.reason
from places
left join models on places.model_id = models.model_id
