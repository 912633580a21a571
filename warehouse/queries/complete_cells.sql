-- One row per cell that is complete on a date, by what it measured; voided runs do not count.
with voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
),

newest_event as (
    select
        run_id,
        cell_id,
        status
    from raw.cell_events
    qualify row_number() over (partition by run_id, cell_id order by happened_at desc) = 1
)

select distinct
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
inner join raw.runs on cells.run_id = runs.run_id
inner join newest_event on cells.run_id = newest_event.run_id and cells.cell_id = newest_event.cell_id
where
    runs.as_of_date = $as_of_date::date
    and newest_event.status = 'complete'
    and cells.run_id not in (select voided.run_id from voided)
