-- One row per run, newest first, as `listed_runs` says it of a publication: from the facts, built or not.
with newest_event as (
    select
        run_id,
        arg_max(event, happened_at) as event
    from raw.run_events
    group by run_id
),

cells as (
    select
        cells.run_id,
        count(*) as count_cells,
        count_if(events.status = 'complete') as count_cells_complete,
        bool_or(cells.origin = 'simulated') as is_simulated
    from raw.cells
    left join staging.stg_newest_cell_events as events
        on cells.run_id = events.run_id and cells.cell_id = events.cell_id
    group by cells.run_id
)

select
    runs.run_id,
    runs.kind,
    runs.as_of_date,
    runs.started_at,
    newest_event.event as last_event,
    coalesce(cells.count_cells, 0) as count_cells,
    coalesce(cells.count_cells_complete, 0) as count_cells_complete,
    coalesce(cells.is_simulated, false) as is_simulated,
    voids.run_id is not null as is_voided,
    voids.reason as void_reason,
    runs.source
from raw.runs
left join newest_event on runs.run_id = newest_event.run_id
left join cells on runs.run_id = cells.run_id
left join staging.stg_voids as voids on runs.run_id = voids.run_id
order by runs.started_at desc
