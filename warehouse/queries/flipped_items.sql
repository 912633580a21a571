-- One row per item that two models of the newest date that has both solved unequally, with the first answer of each.
with cells as (
    select *
    from marts.current_cells
    where
        benchmark_id = $benchmark_id
        and model_id in ($reference_model_id, $candidate_model_id)
        and is_default
    qualify count(distinct model_id) over (partition by as_of_date, benchmark_version, origin) = 2
),

newest as (
    select *
    from cells
    qualify as_of_date = max(as_of_date) over ()
),

answers as (
    select
        newest.as_of_date,
        newest.benchmark_version,
        newest.model_id,
        scores.item_id,
        avg(scores.value) as value,
        first(scores.outcome order by scores.repeat) as outcome,
        first(scores.answer order by scores.repeat) as answer,
        first(scores.generation_id order by scores.repeat) as generation_id
    from newest
    inner join marts.fct_scores as scores
        on
            newest.evaluated_date = scores.as_of_date
            and newest.run_id = scores.run_id
            and newest.cell_id = scores.cell_id
    group by newest.as_of_date, newest.benchmark_version, newest.model_id, scores.item_id
)

select
    candidate.as_of_date,
    items.item_id,
    items.foreign_id,
    items.subset,
    items.question,
    items.target,
    items.is_harmful_text,
    reference.value as value_reference,
    candidate.value as value_candidate,
    reference.outcome as outcome_reference,
    candidate.outcome as outcome_candidate,
    reference.answer as answer_reference,
    candidate.answer as answer_candidate,
    reference_text.response as response_reference,
    candidate_text.response as response_candidate
from answers as candidate
inner join answers as reference
    on
        candidate.item_id = reference.item_id
        and candidate.benchmark_version = reference.benchmark_version
        and reference.model_id = $reference_model_id
inner join marts.dim_item as items
    on
        candidate.item_id = items.item_id
        and candidate.benchmark_version = items.benchmark_version
        and items.benchmark_id = $benchmark_id
left join marts.fct_answers as reference_text on reference.generation_id = reference_text.generation_id
left join marts.fct_answers as candidate_text on candidate.generation_id = candidate_text.generation_id
where
    candidate.model_id = $candidate_model_id
    and reference.value <> candidate.value
order by reference.value - candidate.value desc, items.foreign_id asc, items.item_id asc
