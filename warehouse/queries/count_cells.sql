-- One row: how many cells a run has.
select count(*) as count_cells
from raw.cells
where run_id = $run_id
