-- One row per voided run.
select run_id
from staging.stg_voids
order by run_id
