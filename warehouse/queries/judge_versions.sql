-- One row per judge of the cells of a run, or of all runs.
select distinct judge_version
from raw.cells
where ($run_id::varchar is null or run_id = $run_id) and judge_version is not null
order by judge_version
