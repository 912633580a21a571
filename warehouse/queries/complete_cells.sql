-- One row per cell that is complete on one of some dates, by what it measured; voided runs do not count.
select distinct
    runs.as_of_date,
    cells.model_id,
    cells.model_version,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.sample_hash,
    cells.scorer,
    cells.count_repeats,
    cells.judge_version
from raw.cells
inner join staging.stg_runs as runs on cells.run_id = runs.run_id
inner join staging.stg_newest_cell_events as events on cells.run_id = events.run_id and cells.cell_id = events.cell_id
where runs.as_of_date between $first::date and $last::date and events.status = 'complete'
