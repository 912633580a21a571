-- One row per generation x scorer x version x parameters x judge: the verdict, and whether its version was chosen.
with chosen as (
    select
        benchmark_id,
        counted_scorer as scorer,
        counted_version
    from staging.stg_scorer_choices
    qualify row_number() over (partition by benchmark_id, counted_scorer order by chosen_at desc) = 1
),

pinned as (
    select
        generations.generation_id,
        chosen.scorer,
        chosen.counted_version
    from raw.generations
    inner join chosen on generations.benchmark_id = chosen.benchmark_id
    where chosen.counted_version is not null
)

select
    scores.generation_id,
    scores.scorer,
    scores.scorer_version,
    scores.scorer_config_hash,
    scores.judge_version,
    scores.outcome,
    scores.value,
    scores.answer,
    scores.is_refusal,
    coalesce(
        scores.refusal_class, case when scores.is_refusal then 'full_refusal' else 'full_compliance' end
    ) as refusal_class,
    scores.is_cut,
    scores.flags,
    scores.reasoning_characters,
    scores.scored_at,
    coalesce(scores.scorer_version = pinned.counted_version, false) as is_chosen
from raw.scores
left join pinned on scores.generation_id = pinned.generation_id and scores.scorer = pinned.scorer
