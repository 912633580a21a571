-- One row per cell that reports show first on a date: its score, what it is a score of, and its model.
with models as (
    select *
    from marts.dim_model
    qualify row_number() over (partition by model_id order by last_registered_date desc, model_version asc) = 1
)

select
    cells.run_id,
    cells.cell_id,
    cells.cell_key,
    cells.evaluated_date,
    cells.model_id,
    cells.benchmark_id,
    cells.prompt_style,
    cells.attack,
    cells.origin,
    scores.scorer,
    scores.scorer_version,
    scores.judge_model_id,
    scores.unparsed_rule,
    scores.metric,
    scores.higher_is_better,
    scores.score,
    scores.score_low,
    scores.score_high,
    scores.standard_error,
    scores.se_method,
    scores.count_items,
    scores.coverage,
    benchmarks.title,
    benchmarks.source,
    models.family,
    models.stage,
    models.method,
    models.base_model_id,
    models.endpoint
from marts.current_cells as cells
inner join reports.model_scores as scores
    on
        cells.as_of_date = scores.as_of_date
        and cells.run_id = scores.run_id
        and cells.cell_id = scores.cell_id
        and scores.subset = 'all'
        and scores.score is not null
inner join marts.dim_benchmark as benchmarks
    on cells.benchmark_id = benchmarks.benchmark_id and cells.benchmark_version = benchmarks.benchmark_version
left join models on cells.model_id = models.model_id
where cells.as_of_date = $as_of_date::date and cells.is_default
order by cells.benchmark_id, cells.model_id, cells.cell_key
