-- One row per run, newest first.
select run_id
from raw.runs
order by started_at desc
