-- One row per answer, judge's answer or part that no longer counts. Its request is asked again.
with outdated as (
    select
        generations.role,
        generations.generation_id,
        generations.parent_generation_id
    from raw.generations
    inner join staging.stg_newest_served as newest
        on
            generations.role = newest.role
            and generations.model_id = newest.model_id
            and generations.model_served is distinct from newest.model_served
)

select
    'answer' as role, -- only these are validated
    generation_id
from raw.quarantine
union distinct
select
    generations.role,
    generations.generation_id
from raw.generations
inner join staging.stg_voids on generations.run_id = stg_voids.run_id
union distinct
select
    role,
    generation_id
from outdated
union distinct
-- The answer of a composite model counts as long as its parts do.
select
    'answer' as role,
    parent_generation_id as generation_id
from outdated
where role = 'part'
