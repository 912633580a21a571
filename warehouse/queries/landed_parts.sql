-- One row per landed part of the wanted composite answers, and whether it still counts.
with wanted as (
    select * from wanted_parents
)

select
    parts.*,
    spoiled.generation_id is null as is_good
from wanted
inner join raw.generations as parts on wanted.generation_id = parts.parent_generation_id
left join staging.stg_spoiled_generations as spoiled
    on parts.generation_id = spoiled.generation_id and spoiled.role = 'part'
where parts.role = 'part'
