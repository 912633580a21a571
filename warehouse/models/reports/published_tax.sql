-- One row per date x pair x benchmark x metric of means published elsewhere; unpaired.
with pairs as (
    select
        *,
        case when higher_is_better then 1 else -1 end as direction
    from marts.published_pairs
),

estimates as (
    select * from stats.estimates
    where statistic = 'published_difference' and subset = 'all'
),

relative as (
    select * from stats.estimates
    where statistic = 'published_relative' and subset = 'all'
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
    pairs.direction * estimates.estimate < 0 as is_windfall,
    ---------- what was lost
    pairs.direction * estimates.estimate as tax,
    case when pairs.higher_is_better then estimates.low else -estimates.high end as tax_low,
    case when pairs.higher_is_better then estimates.high else -estimates.low end as tax_high,
    relative.estimate as tax_relative,
    relative.low as tax_relative_low,
    relative.high as tax_relative_high,
    relative.reason as tax_relative_reason,
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
left join relative
    on pairs.as_of_date = relative.as_of_date and pairs.published_pair_id = relative.subject_id
