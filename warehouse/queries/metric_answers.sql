-- One row per answer of the cells of some dates whose metric is no mean of values: those of some scorers, and programs
-- that were asked for more than once.
select
    cells.as_of_date,
    cells.cell_key,
    cells.scorer,
    cells.count_repeats,
    scores.item_id,
    scores.cluster_id,
    scores.subset,
    scores.value,
    scores.answer,
    items.target,
    coalesce(generations.text, '') as text
from marts.current_cells as cells
inner join marts.dim_benchmark as benchmarks
    on
        cells.benchmark_id = benchmarks.benchmark_id
        and cells.benchmark_version = benchmarks.benchmark_version
inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
left join raw.items on scores.item_id = items.item_id
left join raw.generations
    on scores.generation_id = generations.generation_id and cells.scorer = 'bleu'
where
    cells.as_of_date in (select unnest($dates::date[]))
    and scores.value is not null
    and (
        cells.scorer in (select unnest($scorers::varchar[]))
        or (starts_with(benchmarks.metric, 'pass_at_') and cells.count_repeats > 1)
    )
order by cells.as_of_date, cells.cell_key, scores.cluster_id, scores.item_id, scores.repeat
