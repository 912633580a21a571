-- One row per answer of a model that holds text, whichever runs use it.
with harmful as (
    select
        benchmark_id,
        bool_or(is_harmful_text) as is_harmful_text
    from raw.benchmarks
    group by benchmark_id
)

select
    answers.generation_id,
    answers.run_id as generated_in_run_id,
    answers.model_id,
    answers.benchmark_id,
    answers.item_id,
    answers.repeat,
    answers.prompt_style,
    answers.origin,
    answers.prompt_hash,
    case when answers.texts_removed_at is null then coalesce(answers.text, answers.refusal_text) end as response,
    answers.reasoning_text as reasoning,
    answers.texts_removed_at,
    coalesce(harmful.is_harmful_text, true) as is_harmful_text
from raw.generations as answers
left join harmful on answers.benchmark_id = harmful.benchmark_id
where
    answers.role = 'answer'
    and coalesce(answers.text, answers.refusal_text) is not null
