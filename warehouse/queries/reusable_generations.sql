-- One row per wanted request that has a good answer: the newest, if the model still serves what it served last.
with wanted as (
    select * from wanted_requests
),

voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
),

newest_part_served as (
    select
        model_id,
        arg_max(model_served, finished_at) as model_served
    from raw.generations
    where role = 'part'
    group by model_id
),

-- The answer of a composite model is as good as its parts.
spoiled as (
    select generation_id
    from raw.quarantine
    union distinct
    select generations.generation_id
    from raw.generations
    inner join voided on generations.run_id = voided.run_id
    union distinct
    select parts.parent_generation_id
    from raw.generations as parts
    inner join newest_part_served
        on
            parts.model_id = newest_part_served.model_id
            and parts.model_served is distinct from newest_part_served.model_served
    where parts.role = 'part'
),

good as (
    select
        generations.generation_id,
        generations.item_id,
        generations.request_hash,
        generations.model_id,
        generations.model_served,
        generations.finished_at
    from raw.generations
    where
        generations.role = 'answer'
        and generations.generation_id not in (select spoiled.generation_id from spoiled)
),

newest_served as (
    select
        model_id,
        arg_max(model_served, finished_at) as model_served
    from raw.generations
    where role = 'answer'
    group by model_id
)

select
    wanted.request_hash,
    wanted.item_id,
    good.generation_id
from wanted
inner join good on wanted.request_hash = good.request_hash and wanted.item_id = good.item_id
inner join newest_served
    on good.model_id = newest_served.model_id and good.model_served is not distinct from newest_served.model_served
qualify row_number() over (
    partition by wanted.request_hash, wanted.item_id
    order by good.finished_at desc
) = 1
