-- One row per wanted judge's answer that exists, and whether it still counts.
with wanted as (
    select * from wanted_generations
)

select
    wanted.generation_id,
    spoiled.generation_id is null and generations.texts_removed_at is null as is_good
from wanted
inner join raw.generations on wanted.generation_id = generations.generation_id
left join staging.stg_spoiled_generations as spoiled
    on wanted.generation_id = spoiled.generation_id and spoiled.role = 'judge'
