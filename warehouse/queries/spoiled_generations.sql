-- One row per wanted answer that exists and no longer counts.
with wanted as (
    select * from wanted_generations
)

select wanted.generation_id
from wanted
inner join staging.stg_spoiled_generations as spoiled on wanted.generation_id = spoiled.generation_id
where spoiled.role = 'answer'
