-- One row at most: how a version of a benchmark is described, and the newest run that counts and has it.
select
    benchmarks.dimension,
    benchmarks.domain,
    benchmarks.metric,
    benchmarks.higher_is_better,
    benchmarks.chance_score,
    arg_max(runs.run_id, runs.started_at) as run_id
from raw.benchmarks
left join raw.cells
    on benchmarks.benchmark_id = cells.benchmark_id and benchmarks.benchmark_version = cells.benchmark_version
left join staging.stg_runs as runs on cells.run_id = runs.run_id
where benchmarks.benchmark_id = $benchmark_id and benchmarks.benchmark_version = $benchmark_version
group by all
