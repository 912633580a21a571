-- One row per wanted answer that exists and no longer counts, or whose texts were removed before this run planned it:
-- another scorer could not read it.
with wanted as (
    select * from wanted_generations
)

select wanted.generation_id
from wanted
inner join staging.stg_spoiled_generations as spoiled on wanted.generation_id = spoiled.generation_id
where spoiled.role = 'answer'
union distinct
select wanted.generation_id
from wanted
inner join raw.generations on wanted.generation_id = generations.generation_id
left join raw.plan on wanted.generation_id = plan.generation_id and plan.run_id = $run_id
where generations.texts_removed_at is not null and plan.run_id is null
