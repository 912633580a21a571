-- One row per pair of cells of a run: on how many items both gave the same text, where such texts are long.
-- A composite model repeats the answers of its parts word for word, so pairs that share a part are left out.
with speakers as (
    select
        model_id,
        case
            when provider = 'composite'
                then json_extract_string(parameters_json, ['$.parts.first', '$.parts.fallback', '$.parts.model'])
            else [model_id]
        end as speaking_ids
    from raw.models
    where run_id = $run_id
),

cell_pairs as (
    select
        pairs.reference_cell_id,
        pairs.candidate_cell_id
    from staging.stg_cell_pairs as pairs
    inner join speakers as reference on pairs.reference_model_id = reference.model_id
    inner join speakers as candidate on pairs.candidate_model_id = candidate.model_id
    where pairs.run_id = $run_id and not list_has_any(reference.speaking_ids, candidate.speaking_ids)
),

-- Texts are hashed before the joins, which would otherwise hold them in memory.
generations as (
    select
        generation_id,
        coalesce(text_hash, hash(text)) as text_hash,
        coalesce(count_characters, length(text)) as count_characters
    from raw.generations
    where text is not null
),

answers as (
    select
        plan.cell_id,
        plan.item_id,
        plan.repeat,
        generations.text_hash,
        generations.count_characters
    from raw.plan
    inner join generations on plan.generation_id = generations.generation_id
    where
        plan.run_id = $run_id
        and plan.cell_id in (select unnest([reference_cell_id, candidate_cell_id]) from cell_pairs)
),

counted as (
    select
        cell_pairs.reference_cell_id,
        cell_pairs.candidate_cell_id,
        count(distinct reference.item_id) filter (where reference.text_hash = candidate.text_hash) as count_same_texts,
        median(reference.count_characters) filter (
            where reference.text_hash = candidate.text_hash
        ) as median_characters
    from cell_pairs
    inner join answers as reference on cell_pairs.reference_cell_id = reference.cell_id
    inner join answers as candidate
        on
            cell_pairs.candidate_cell_id = candidate.cell_id
            and reference.item_id = candidate.item_id
            and reference.repeat = candidate.repeat
    group by cell_pairs.reference_cell_id, cell_pairs.candidate_cell_id
)

select
    concat(reference_cell_id, ' and ', candidate_cell_id) as subject,
    -- Short texts, such as letters and numbers, are often equal by chance. Sentences are not.
    case when median_characters > 40 then count_same_texts else 0 end as count_same_long_texts
from counted
order by subject
