-- One row per published mean that runs which count hold of the benchmarks and metrics of an import, newest first.
select
    published.model_id,
    published.benchmark_id,
    published.metric,
    published.mean,
    published.higher_is_better,
    runs.run_id,
    runs.as_of_date
from raw.published_means as published
inner join staging.stg_runs as runs on published.run_id = runs.run_id
where (published.benchmark_id, published.metric) in (
    select (named_metrics.benchmark_id, named_metrics.metric) from named_metrics
)
order by runs.started_at desc, published.model_id asc
