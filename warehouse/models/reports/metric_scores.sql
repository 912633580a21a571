-- One row per date x model x benchmark x prompt style x subset x metric: metrics that are not means over items.
with cells as (
    select * from marts.current_cells
),

metrics as (
    select * from marts.dim_metric
),

models as (
    select * from marts.dim_model
),

estimates as (
    select
        *,
        split_part(statistic, ':', 2) as metric
    from stats.estimates
    where starts_with(statistic, 'metric_score:')
)

select
    ---------- ids
    cells.as_of_date,
    cells.run_id,
    cells.cell_id,
    cells.model_id,
    models.family,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.is_primary_style,
    cells.scorer,
    cells.unparsed_rule,
    estimates.subset,
    estimates.metric,
    metrics.title,
    metrics.higher_is_better,
    ---------- the metric
    estimates.estimate as score,
    estimates.low as score_low,
    estimates.high as score_high,
    estimates.standard_error,
    estimates.method as se_method,
    ---------- what it rests on
    estimates.count_items,
    estimates.count_clusters,
    ---------- where it comes from
    cells.evaluated_date,
    cells.origin,
    cells.origin = 'simulated' as is_simulated,
    estimates.flags,
    estimates.reason
from estimates
inner join cells on estimates.as_of_date = cells.as_of_date and estimates.subject_id = cells.cell_key
inner join metrics on regexp_replace(estimates.metric, '^pass_at_[0-9]+$', 'pass_at_k') = metrics.metric
left join models on cells.model_id = models.model_id
