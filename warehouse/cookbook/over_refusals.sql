-- Which harmless requests does each model refuse?
-- Without rows: No model refused a harmless request, or no benchmark of over-refusal was asked.
select
    scores.model_id,
    items.question,
    answers.response,
    scores.refusal_class,
    scores.benchmark_id
from marts.fct_scores as scores
inner join marts.current_cells as cells using (as_of_date, run_id, cell_id)
inner join marts.dim_benchmark as benchmarks
    on scores.benchmark_id = benchmarks.benchmark_id and scores.benchmark_version = benchmarks.benchmark_version
inner join marts.dim_item as items
    on
        scores.benchmark_id = items.benchmark_id
        and scores.benchmark_version = items.benchmark_version
        and scores.item_id = items.item_id
left join marts.fct_answers as answers on scores.generation_id = answers.generation_id
where
    scores.as_of_date = (select max(as_of_date) from marts.fct_scores)
    and cells.is_default
    and benchmarks.dimension = 'over_refusal'
    and scores.is_refusal
order by scores.model_id, scores.benchmark_id, items.question
