-- One row per date x pair x benchmark x metric of means published elsewhere; unpaired.
with pairs as (
    select * from marts.published_pairs
),

estimates as (
    select * from stats.estimates
    where statistic = 'published_difference' and subset = 'all'
)

select
    ---------- ids
    pairs.as_of_date,
    pairs.kind,
    pairs.family,
    pairs.reference_model_id,
    pairs.candidate_model_id,
    pairs.benchmark_id,
    pairs.metric,
    pairs.higher_is_better,
    ---------- the means and their difference
    pairs.reference_mean,
    pairs.candidate_mean,
    estimates.estimate as difference,
    estimates.low as difference_low,
    estimates.high as difference_high,
    estimates.standard_error,
    estimates.method as se_method,
    estimates.p_value,
    staging.is_significant(estimates.p_value) as is_significant_unadjusted,
    case
        when pairs.higher_is_better then estimates.estimate < 0
        else estimates.estimate > 0
    end as is_windfall,
    ---------- what it rests on
    pairs.reference_count_items,
    pairs.candidate_count_items,
    pairs.reference_run_id,
    pairs.candidate_run_id,
    estimates.flags,
    estimates.reason
from pairs
left join estimates
    on pairs.as_of_date = estimates.as_of_date and pairs.published_pair_id = estimates.subject_id
