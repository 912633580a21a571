-- One row per run whose plan holds an answer in quarantine. Such an answer is asked for again under another run id.
select distinct plan.run_id
from staging.stg_planned as plan
inner join raw.quarantine on plan.generation_id = quarantine.generation_id
