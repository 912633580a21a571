-- One row per run of the last seven nights, newest first, as `listed_nights` says it of a publication: from the facts.
with newest_event as (
    select
        run_id,
        arg_max(event, happened_at) as event,
        max(happened_at) as happened_at
    from raw.run_events
    group by run_id
),

cells as (
    select
        cells.run_id,
        count(*) as count_cells,
        count_if(events.status = 'complete') as count_cells_complete
    from raw.cells
    left join staging.stg_newest_cell_events as events
        on cells.run_id = events.run_id and cells.cell_id = events.cell_id
    group by cells.run_id
)

select
    runs.as_of_date,
    runs.run_id,
    newest_event.event as last_event,
    coalesce(cells.count_cells, 0) as count_cells,
    coalesce(cells.count_cells_complete, 0) as count_cells_complete,
    runs.started_at,
    newest_event.happened_at as last_event_at,
    voids.run_id is not null as is_voided
from raw.runs
left join newest_event on runs.run_id = newest_event.run_id
left join cells on runs.run_id = cells.run_id
left join staging.stg_voids as voids on runs.run_id = voids.run_id
where runs.kind = 'nightly'
qualify dense_rank() over (order by runs.as_of_date desc) <= 7
order by runs.as_of_date desc, runs.started_at desc
