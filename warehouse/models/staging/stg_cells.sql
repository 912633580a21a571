-- One row per run x cell, with the newest word on how it ended.
with cells as (
    select * from raw.cells
),

runs as (
    select * from staging.stg_runs
),

newest_event as (
    select
        run_id,
        cell_id,
        status,
        reason
    from raw.cell_events
    qualify row_number() over (partition by run_id, cell_id order by happened_at desc) = 1
)

select
    cells.run_id,
    cells.cell_id,
    runs.as_of_date,
    runs.kind as run_kind,
    runs.started_at as run_started_at,
    cells.model_id,
    cells.model_version,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.is_primary_style,
    cells.attack,
    cells.scorer,
    cells.judge_model_id,
    cells.judge_version,
    cells.unparsed_rule,
    cells.origin,
    cells.count_items,
    cells.count_repeats,
    cells.sample_hash,
    cells.parameters_json,
    coalesce(newest_event.status, 'incomplete') as status,
    case when newest_event.status is null then 'not finished' else newest_event.reason end as reason
from cells
inner join runs on cells.run_id = runs.run_id
left join newest_event on cells.run_id = newest_event.run_id and cells.cell_id = newest_event.cell_id
