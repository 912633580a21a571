-- One row per answer of a run that is compared within a pair: is it also the other model's, text and request alike?
with cell_pairs as (
    select
        reference_cell_id,
        candidate_cell_id
    from staging.stg_cell_pairs
    where run_id = $run_id
),

-- Texts are hashed before the joins, which would otherwise hold them in memory.
generations as (
    select
        generation_id,
        request_hash,
        provider_request_id,
        coalesce(text_hash, hash(text)) as text_hash
    from raw.generations
),

answers as (
    select
        plan.cell_id,
        plan.item_id,
        plan.repeat,
        generations.generation_id,
        generations.request_hash,
        generations.text_hash,
        -- An id that a server gives to several answers of a cell identifies no answer. Neither does a short one:
        -- some servers count (cmpl-7) or draw one of a thousand numbers (chatcmpl-512), so two models meet by chance.
        -- Nor does one that held a key, which was removed.
        case
            when
                regexp_full_match(generations.provider_request_id, '[A-Za-z0-9._:-]{20,}')
                and count(*) over (partition by plan.cell_id, generations.provider_request_id) = 1
                then generations.provider_request_id
        end as provider_request_id
    from raw.plan
    inner join generations on plan.generation_id = generations.generation_id
    where
        plan.run_id = $run_id
        and plan.cell_id in (select unnest([reference_cell_id, candidate_cell_id]) from cell_pairs)
),

compared as (
    select
        reference.generation_id as reference_generation_id,
        candidate.generation_id as candidate_generation_id,
        reference.text_hash = candidate.text_hash
        and (
            reference.request_hash = candidate.request_hash
            or coalesce(reference.provider_request_id = candidate.provider_request_id, false)
        ) as is_shared
    from cell_pairs
    inner join answers as reference on cell_pairs.reference_cell_id = reference.cell_id
    inner join answers as candidate
        on
            cell_pairs.candidate_cell_id = candidate.cell_id
            and reference.item_id = candidate.item_id
            and reference.repeat = candidate.repeat
),

sides as (
    select
        reference_generation_id as generation_id,
        is_shared
    from compared
    union all
    select
        candidate_generation_id as generation_id,
        is_shared
    from compared
)

select
    generation_id as subject,
    bool_or(is_shared) as is_shared
from sides
group by generation_id
order by generation_id
