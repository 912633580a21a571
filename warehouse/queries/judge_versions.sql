-- One row per judge of a run's cells.
select distinct judge_version
from raw.cells
where run_id = $run_id and judge_version is not null
order by judge_version
