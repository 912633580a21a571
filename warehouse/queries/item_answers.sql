-- One row per answer to an item on the newest date that knows it: what was sent, what came back, what it was worth.
with cells as (
    select *
    from marts.current_cells
    where benchmark_id = $benchmark_id and benchmark_version = $benchmark_version and is_newest
    qualify as_of_date = max(as_of_date) over ()
)

select
    cells.as_of_date,
    scores.model_id,
    scores.prompt_style,
    scores.repeat,
    scores.outcome,
    scores.value,
    scores.answer,
    scores.refusal_class,
    scores.flags,
    scores.scorer || '@' || scores.scorer_version as scorer,
    scores.judge_model_id,
    scores.unparsed_rule,
    generations.finish_reason,
    generations.error_type,
    answers.response,
    answers.reasoning,
    answers.texts_removed_at,
    answers.prompt_hash,
    prompts.prompt
from cells
inner join marts.fct_scores as scores
    on
        cells.evaluated_date = scores.as_of_date
        and cells.run_id = scores.run_id
        and cells.cell_id = scores.cell_id
inner join marts.fct_generations as generations
    on
        scores.as_of_date = generations.as_of_date
        and scores.run_id = generations.run_id
        and scores.cell_id = generations.cell_id
        and scores.item_id = generations.item_id
        and scores.repeat = generations.repeat
left join marts.fct_answers as answers on scores.generation_id = answers.generation_id
left join marts.dim_prompt as prompts on answers.prompt_hash = prompts.prompt_hash
where scores.item_id = $item_id and ($model_id is null or scores.model_id = $model_id)
order by scores.model_id, scores.prompt_style, scores.repeat
