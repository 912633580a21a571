-- One row per cell of a run that is in no report, and why.
select
    cell_id,
    status,
    reason
from staging.stg_cells
where run_id = $run_id and status <> 'complete'
order by cell_id
