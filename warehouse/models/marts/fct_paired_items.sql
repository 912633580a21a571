-- One row per comparison x item: both models' values, repeats averaged first; NULL where a model gave no answer.
-- Means are rounded to 12 digits. DuckDB adds in parallel, which changes the last digits, and equal facts must give
-- equal tables.
with answers as (
    select * from marts.compared_answers
),

averaged as (
    select
        as_of_date,
        comparison_id,
        item_id,
        any_value(cluster_id) as cluster_id,
        any_value(subset) as subset,
        any_value(chance_score) as chance_score,
        round(avg(value) filter (where is_reference), 12) as reference_value,
        round(avg(value) filter (where not is_reference), 12) as candidate_value,
        bit_or(staging.outcome_bit(outcome)) filter (where is_reference) as reference_outcomes,
        bit_or(staging.outcome_bit(outcome)) filter (where not is_reference) as candidate_outcomes
    from answers
    group by as_of_date, comparison_id, item_id
)

select
    as_of_date,
    comparison_id,
    item_id,
    cluster_id,
    subset,
    chance_score,
    reference_value,
    candidate_value,
    reference_value - candidate_value as difference,
    staging.outcomes_of(reference_outcomes) as reference_outcome,
    staging.outcomes_of(candidate_outcomes) as candidate_outcome
from averaged
