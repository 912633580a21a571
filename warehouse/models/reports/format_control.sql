-- One row per date x pair x benchmark x contrast, where a model of the pair was asked in both prompt styles.
-- Reference completion less candidate chat = reference's style effect + tax within chat. So one sees how much of a tax
-- is the format.
with comparisons as (
    select * from marts.comparisons
    where is_configured_rule and attack = 'none'
),

styles as (
    select * from marts.style_pairs
),

estimates as (
    select * from stats.estimates
    where subset = 'all' and statistic in ('tax_absolute', 'style_effect')
),

asked_twice as (
    select
        comparisons.*,
        styles.model_id as style_model_id,
        styles.style_pair_id,
        styles.days_apart as style_days_apart
    from comparisons
    inner join styles
        on
            comparisons.as_of_date = styles.as_of_date
            and comparisons.benchmark_id = styles.benchmark_id
            and comparisons.benchmark_version = styles.benchmark_version
            and comparisons.scorer = styles.scorer
            and comparisons.origin = styles.origin
            and styles.model_id in (comparisons.reference_model_id, comparisons.candidate_model_id)
),

contrasts as (
    select
        as_of_date,
        kind,
        family,
        reference_model_id,
        candidate_model_id,
        benchmark_id,
        benchmark_version,
        origin,
        scorer,
        case
            when prompt_style_reference = prompt_style_candidate then 'tax_within_' || prompt_style_candidate
            else 'tax_across_styles'
        end as contrast,
        comparison_id as subject_id,
        days_apart
    from asked_twice
    union distinct
    select
        as_of_date,
        kind,
        family,
        reference_model_id,
        candidate_model_id,
        benchmark_id,
        benchmark_version,
        origin,
        scorer,
        case
            when style_model_id = reference_model_id then 'style_effect_reference'
            else 'style_effect_candidate'
        end as contrast,
        style_pair_id as subject_id,
        style_days_apart as days_apart
    from asked_twice
)

select
    ---------- ids
    contrasts.as_of_date,
    contrasts.kind,
    contrasts.family,
    contrasts.reference_model_id,
    contrasts.candidate_model_id,
    contrasts.benchmark_id,
    contrasts.benchmark_version,
    contrasts.scorer,
    contrasts.contrast,
    ---------- the difference
    estimates.estimate as difference,
    estimates.low as difference_low,
    estimates.high as difference_high,
    estimates.standard_error,
    estimates.method as se_method,
    estimates.p_value,
    estimates.count_items,
    estimates.count_clusters,
    ---------- where it comes from
    contrasts.origin,
    contrasts.origin = 'simulated' as is_simulated,
    contrasts.days_apart,
    estimates.flags,
    estimates.reason
from contrasts
left join estimates
    on
        contrasts.as_of_date = estimates.as_of_date
        and contrasts.subject_id = estimates.subject_id
