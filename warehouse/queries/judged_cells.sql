-- One row per cell of a run that has a judge.
select
    cell_id,
    judge_version
from raw.cells
where run_id = $run_id and judge_version is not null
order by cell_id
