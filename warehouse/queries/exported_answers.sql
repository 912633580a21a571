-- One row per valued answer of a cell, with the item's and the answer's texts as far as they are published.
select
    scores.item_id,
    scores.value,
    scores.outcome,
    scores.answer,
    scores.cluster_id,
    scores.subset,
    items.question,
    items.choices_json,
    items.target,
    texts.response,
    texts.reasoning,
    generations.tokens_input,
    generations.tokens_output,
    generations.tokens_reasoning,
    generations.latency_ms
from marts.fct_scores as scores
inner join marts.dim_item as items
    on
        scores.benchmark_id = items.benchmark_id
        and scores.benchmark_version = items.benchmark_version
        and scores.item_id = items.item_id
inner join marts.fct_generations as generations
    on
        scores.as_of_date = generations.as_of_date
        and scores.run_id = generations.run_id
        and scores.cell_id = generations.cell_id
        and scores.item_id = generations.item_id
        and scores.repeat = generations.repeat
left join marts.fct_answers as texts on scores.generation_id = texts.generation_id
where
    scores.as_of_date = $evaluated_date::date
    and scores.run_id = $run_id
    and scores.cell_id = $cell_id
    and scores.value is not null
order by scores.item_id, scores.repeat
