-- Which items does no model solve? They are too hard, or their gold answer is wrong.
-- Without rows: Each item is solved by at least one model, or only one model was asked.
select
    scores.benchmark_id,
    items.question,
    items.target,
    count(distinct scores.model_id) as count_models
from marts.fct_scores as scores
inner join marts.current_cells as cells using (as_of_date, run_id, cell_id)
inner join marts.dim_item as items
    on
        scores.benchmark_id = items.benchmark_id
        and scores.benchmark_version = items.benchmark_version
        and scores.item_id = items.item_id
inner join marts.dim_benchmark as benchmarks
    on items.benchmark_id = benchmarks.benchmark_id and items.benchmark_version = benchmarks.benchmark_version
where
    scores.as_of_date = (select max(as_of_date) from marts.fct_scores)
    and cells.is_default
    and benchmarks.dimension = 'capability'
group by scores.benchmark_id, scores.item_id, items.question, items.target
having max(scores.value) = 0 and count(distinct scores.model_id) > 1
order by count_models desc, scores.benchmark_id, items.question
