-- One row per run that counts and ended before its scores were validated, oldest first.
with ended as (
    select distinct run_id
    from staging.stg_cells
    where status = 'complete'
),

scored as (
    select distinct run_id
    from raw.validations
    where stage = 'scored'
)

select runs.run_id
from staging.stg_runs as runs
inner join ended on runs.run_id = ended.run_id
left join scored on runs.run_id = scored.run_id
where scored.run_id is null
order by runs.started_at
