-- One row per date x pair x benchmark x contrast, where a model of the pair was asked in both prompt styles.
-- Reference completion less candidate chat = reference's style effect + tax within chat: what of a tax is format.
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

pairs as (
    select distinct
        comparisons.as_of_date,
        comparisons.kind,
        comparisons.family,
        comparisons.reference_model_id,
        comparisons.candidate_model_id,
        comparisons.benchmark_id,
        comparisons.benchmark_version,
        comparisons.origin,
        comparisons.scorer
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

taxes as (
    select
        pairs.*,
        case
            when comparisons.prompt_style_reference = comparisons.prompt_style_candidate
                then 'tax_within_' || comparisons.prompt_style_candidate
            else 'tax_across_styles'
        end as contrast,
        comparisons.comparison_id as subject_id,
        comparisons.days_apart
    from pairs
    inner join comparisons
        on
            pairs.as_of_date = comparisons.as_of_date
            and pairs.kind = comparisons.kind
            and pairs.reference_model_id = comparisons.reference_model_id
            and pairs.candidate_model_id = comparisons.candidate_model_id
            and pairs.benchmark_id = comparisons.benchmark_id
            and pairs.benchmark_version = comparisons.benchmark_version
            and pairs.origin = comparisons.origin
            and pairs.scorer = comparisons.scorer
),

effects as (
    select
        pairs.*,
        case
            when styles.model_id = pairs.reference_model_id then 'style_effect_reference'
            else 'style_effect_candidate'
        end as contrast,
        styles.style_pair_id as subject_id,
        styles.days_apart
    from pairs
    inner join styles
        on
            pairs.as_of_date = styles.as_of_date
            and pairs.benchmark_id = styles.benchmark_id
            and pairs.benchmark_version = styles.benchmark_version
            and pairs.scorer = styles.scorer
            and pairs.origin = styles.origin
            and styles.model_id in (pairs.reference_model_id, pairs.candidate_model_id)
),

contrasts as (
    select * from taxes
    union all by name
    select * from effects
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
