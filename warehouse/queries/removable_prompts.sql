-- One row per prompt of which every answer has lost its text, with the run of its newest answer.
with asked as (
    select
        prompt_hash,
        arg_max(run_id, finished_at) as run_id
    from raw.generations
    where prompt_hash is not null
    group by prompt_hash
    having count_if(texts_removed_at is null) = 0
),

-- A request that is still open may have the same prompt.
open_plan as (
    select plan.prompt_hash
    from raw.plan
    left join raw.generations on plan.generation_id = generations.generation_id
    where generations.generation_id is null and plan.prompt_hash is not null
)

select
    prompts.prompt_hash,
    asked.run_id,
    length(prompts.prompt) as count_characters
from raw.prompts
inner join asked on prompts.prompt_hash = asked.prompt_hash
anti join open_plan on prompts.prompt_hash = open_plan.prompt_hash
order by asked.run_id
