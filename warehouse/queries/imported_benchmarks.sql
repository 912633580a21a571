-- One row per benchmark that a run holds answers to.
select distinct benchmark_id
from raw.cells
where run_id = $run_id
order by benchmark_id
