-- One row per run that counts: voided ones are left out.
select runs.*
from raw.runs
left join staging.stg_voids on runs.run_id = stg_voids.run_id
where stg_voids.run_id is null
