-- One row: how many answers a run planned.
select count(*) as count_planned
from raw.plan
where run_id = $run_id
