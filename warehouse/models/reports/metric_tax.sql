-- One row per date x pair x benchmark x prompt styles x subset x metric: taxes on metrics that are no item mean.
with comparisons as (
    select * from marts.comparisons
),

benchmarks as (
    select * from marts.dim_benchmark
),

metrics as (
    select
        *,
        case when higher_is_better then 1 else -1 end as direction
    from marts.dim_metric
),

estimates as (
    select
        *,
        split_part(statistic, ':', 1) as role,
        split_part(statistic, ':', 2) as metric
    from stats.estimates
    where starts_with(statistic, 'metric_')
),

sides as (
    select
        as_of_date,
        subject_id,
        subset,
        metric,
        max(estimate) filter (where role = 'metric_reference') as reference_score,
        max(low) filter (where role = 'metric_reference') as reference_score_low,
        max(high) filter (where role = 'metric_reference') as reference_score_high,
        max(estimate) filter (where role = 'metric_candidate') as candidate_score,
        max(low) filter (where role = 'metric_candidate') as candidate_score_low,
        max(high) filter (where role = 'metric_candidate') as candidate_score_high,
        max(estimate) filter (where role = 'metric_holm') as p_value_holm,
        max(estimate) filter (where role = 'metric_bh') as p_value_bh
    from estimates
    group by as_of_date, subject_id, subset, metric
)

select
    ---------- ids
    comparisons.as_of_date,
    comparisons.comparison_id,
    comparisons.kind,
    comparisons.family,
    comparisons.reference_model_id,
    comparisons.candidate_model_id,
    comparisons.benchmark_id,
    comparisons.benchmark_version,
    benchmarks.domain,
    benchmarks.dimension,
    comparisons.prompt_style_reference,
    comparisons.prompt_style_candidate,
    comparisons.is_default and estimates.subset = 'all' as is_headline,
    estimates.subset,
    estimates.metric,
    metrics.title,
    metrics.higher_is_better,
    metrics.is_proportion,
    ---------- what it rests on
    estimates.count_items as count_paired_items,
    estimates.count_clusters,
    estimates.count_discordant as count_discordant_items,
    ---------- the metric on both sides, and what was lost
    sides.reference_score,
    sides.reference_score_low,
    sides.reference_score_high,
    sides.candidate_score,
    sides.candidate_score_low,
    sides.candidate_score_high,
    metrics.direction * estimates.estimate as tax,
    case when metrics.higher_is_better then estimates.low else -estimates.high end as tax_low,
    case when metrics.higher_is_better then estimates.high else -estimates.low end as tax_high,
    estimates.standard_error,
    estimates.method as se_method,
    estimates.degrees_of_freedom,
    estimates.p_value,
    sides.p_value_holm,
    sides.p_value_bh,
    staging.is_significant(sides.p_value_holm) as is_significant,
    coalesce(metrics.direction * estimates.estimate < 0, false) as is_windfall,
    ---------- where it comes from
    comparisons.origin,
    comparisons.origin = 'simulated' as is_simulated,
    comparisons.reference_run_id,
    comparisons.candidate_run_id,
    comparisons.days_apart,
    estimates.flags,
    estimates.reason
from estimates
inner join comparisons
    on estimates.as_of_date = comparisons.as_of_date and estimates.subject_id = comparisons.comparison_id
inner join sides
    on
        estimates.as_of_date = sides.as_of_date
        and estimates.subject_id = sides.subject_id
        and estimates.subset = sides.subset
        and estimates.metric = sides.metric
inner join benchmarks
    on
        comparisons.benchmark_id = benchmarks.benchmark_id
        and comparisons.benchmark_version = benchmarks.benchmark_version
inner join metrics on regexp_replace(estimates.metric, '^pass_at_[0-9]+$', 'pass_at_k') = metrics.metric
where estimates.role = 'metric_tax'
