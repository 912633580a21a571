-- One row per cell of a run in whose place a cell of another run of that day counts: how many items each has.
with cells as (
    select stg_cells.*
    from staging.stg_cells
    inner join raw.runs on stg_cells.as_of_date = runs.as_of_date
    where runs.run_id = $run_id and stg_cells.status = 'complete'
),

counting as (
    select *
    from cells
    qualify row_number() over (
        partition by model_id, benchmark_id, prompt_style, origin
        order by count_items desc, run_started_at desc, cell_id asc
    ) = 1
)

select
    cells.cell_id,
    cells.count_items,
    counting.run_id as counting_run_id,
    counting.count_items as counting_count_items
from cells
inner join counting
    on
        cells.model_id = counting.model_id
        and cells.benchmark_id = counting.benchmark_id
        and cells.prompt_style = counting.prompt_style
        and cells.origin = counting.origin
where cells.run_id = $run_id and counting.run_id <> $run_id
order by cells.cell_id
