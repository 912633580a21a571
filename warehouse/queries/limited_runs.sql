-- One row per run with cells that a limit left out once.
select distinct events.run_id
from raw.cell_events as events
inner join staging.stg_runs as runs on events.run_id = runs.run_id
where events.status = 'left_out'
order by events.run_id
