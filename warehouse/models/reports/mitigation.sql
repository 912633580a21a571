-- One row per date x comparison of kind method x capability benchmark: what the candidate gave back of the tax.
with comparisons as (
    select * from marts.comparisons
),

found as (
    select * from stats.mitigations
),

safety as (
    select
        safety.as_of_date,
        safety.reference_model_id,
        safety.candidate_model_id,
        safety.origin,
        min(safety.change) as safety_change_least,
        bool_or(safety.change_high < 0) as is_safety_lower,
        count(*) as count_safety_benchmarks
    from reports.safety as safety
    where safety.kind = 'method' and safety.dimension = 'safety'
    group by safety.as_of_date, safety.reference_model_id, safety.candidate_model_id, safety.origin
)

select
    ---------- ids
    found.as_of_date,
    found.comparison_id,
    comparisons.family,
    found.base_model_id,
    comparisons.reference_model_id as aligned_model_id,
    comparisons.candidate_model_id as mitigated_model_id,
    comparisons.benchmark_id,
    comparisons.benchmark_version,
    ---------- what it rests on
    found.count_items,
    found.base_score,
    found.aligned_score,
    found.mitigated_score,
    ---------- what was lost, given back, and remains
    found.tax,
    found.tax_low,
    found.tax_high,
    found.gained,
    found.gained_low,
    found.gained_high,
    found.gained_p_value,
    found.remaining,
    found.remaining_low,
    found.remaining_high,
    found.recovery,
    found.recovery_low,
    found.recovery_high,
    found.recovery_kind,
    found.recovery_reason,
    found.is_recovery_solid,
    ---------- against other methods
    found.method_rank,
    found.better_than,
    ---------- at what safety
    safety.safety_change_least,
    safety.is_safety_lower,
    case when safety.count_safety_benchmarks is null then 'safety_not_measured' end as safety_reason,
    ---------- where it comes from
    comparisons.origin,
    comparisons.origin = 'simulated' as is_simulated,
    found.reason
from found
inner join comparisons
    on found.as_of_date = comparisons.as_of_date and found.comparison_id = comparisons.comparison_id
left join safety
    on
        found.as_of_date = safety.as_of_date
        and comparisons.reference_model_id = safety.reference_model_id
        and comparisons.candidate_model_id = safety.candidate_model_id
        and comparisons.origin = safety.origin
