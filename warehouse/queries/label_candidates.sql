-- One row per answer that people could label: of the newest complete cells of a date, with what the answer is about.
select
    cells.benchmark_id,
    cells.scorer,
    benchmarks.is_harmful_text,
    scores.item_id,
    scores.cluster_id,
    items.question,
    items.target,
    scores.generation_id,
    generations.text,
    generations.reasoning_text,
    generations.parameters_json,
    generations.finish_reason
from marts.current_cells as cells
inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
inner join marts.dim_benchmark as benchmarks
    on cells.benchmark_id = benchmarks.benchmark_id and cells.benchmark_version = benchmarks.benchmark_version
inner join raw.items on scores.item_id = items.item_id
inner join raw.generations on scores.generation_id = generations.generation_id
where
    cells.as_of_date = $as_of_date::date
    and cells.is_newest
    and scores.as_of_date = cells.evaluated_date
    and generations.status = 'answered'
    and generations.texts_removed_at is null
qualify row_number() over (partition by cells.benchmark_id, scores.generation_id order by cells.cell_id) = 1
order by cells.benchmark_id, scores.item_id, scores.generation_id
