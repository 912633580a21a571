-- One row per cell that is complete on a date, by what it measured.
select distinct
    cells.model_id,
    cells.model_version,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.sample_hash,
    cells.scorer,
    cells.count_repeats
from staging.stg_cells as cells
where cells.as_of_date = $as_of_date::date and cells.status = 'complete'
