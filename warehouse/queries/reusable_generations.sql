-- One row per wanted request that has an answer that still counts: the newest of them.
with wanted as (
    select * from wanted_requests
),

good as (
    select
        generations.generation_id,
        generations.item_id,
        generations.request_hash,
        generations.finished_at
    from raw.generations
    anti join staging.stg_spoiled_generations as spoiled
        on generations.generation_id = spoiled.generation_id and spoiled.role = 'answer'
    -- Another scorer could not read an answer whose text was removed.
    where generations.role = 'answer' and generations.texts_removed_at is null
)

select
    wanted.request_hash,
    wanted.item_id,
    good.generation_id
from wanted
inner join good on wanted.request_hash = good.request_hash and wanted.item_id = good.item_id
qualify row_number() over (
    partition by wanted.request_hash, wanted.item_id
    order by good.finished_at desc
) = 1
