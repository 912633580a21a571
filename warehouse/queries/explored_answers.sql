-- One row per item x model of a date: outcome, value and first answer. Without a benchmark, those whose answers hold
-- text; without models, all.
with cells as (
    select *
    from marts.current_cells
    where
        as_of_date = $as_of_date::date
        and is_default
        and ($model_ids is null or list_contains($model_ids, model_id))
        and case
            when $benchmark_id is null then benchmark_id in (select benchmark_id from marts.fct_answers)
            else benchmark_id = $benchmark_id
        end
),

answers as (
    select
        cells.benchmark_id,
        cells.benchmark_version,
        cells.model_id,
        scores.item_id,
        avg(scores.value) as value,
        first(scores.outcome order by scores.repeat) as outcome,
        first(scores.answer order by scores.repeat) as answer,
        first(scores.generation_id order by scores.repeat) as generation_id
    from cells
    inner join marts.fct_scores as scores
        on
            cells.evaluated_date = scores.as_of_date
            and cells.run_id = scores.run_id
            and cells.cell_id = scores.cell_id
    group by cells.benchmark_id, cells.benchmark_version, cells.model_id, scores.item_id
)

select
    answers.benchmark_id,
    answers.benchmark_version,
    answers.item_id,
    coalesce(items.foreign_id, '') as foreign_id,
    items.subset,
    items.question,
    items.target,
    items.is_harmful_text,
    answers.model_id,
    answers.value,
    answers.outcome,
    answers.answer,
    texts.response,
    texts.texts_removed_at
from answers
inner join marts.dim_item as items
    on
        answers.benchmark_id = items.benchmark_id
        and answers.benchmark_version = items.benchmark_version
        and answers.item_id = items.item_id
left join marts.fct_answers as texts on answers.generation_id = texts.generation_id
order by answers.benchmark_id, items.foreign_id, answers.item_id, answers.model_id
