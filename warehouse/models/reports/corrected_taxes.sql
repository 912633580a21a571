-- One row per date x comparison of which people labelled answers of both models.
select
    comparisons.as_of_date,
    comparisons.comparison_id,
    comparisons.kind,
    comparisons.family,
    comparisons.reference_model_id,
    comparisons.candidate_model_id,
    comparisons.benchmark_id,
    comparisons.benchmark_version,
    comparisons.scorer,
    comparisons.judge_model_id,
    comparisons.judge_version,
    comparisons.origin = 'simulated' as is_simulated,
    corrected.estimate as corrected_difference,
    corrected.low as corrected_difference_low,
    corrected.high as corrected_difference_high,
    corrected.standard_error,
    corrected.weight,
    corrected.scorer_only,
    corrected.people_only,
    corrected.people_only_standard_error,
    corrected.count_labelled,
    corrected.count_others,
    corrected.reason
from stats.corrected
inner join marts.comparisons
    on corrected.as_of_date = comparisons.as_of_date and corrected.subject_id = comparisons.comparison_id
