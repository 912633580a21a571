-- One row: how many answers of one run or of all, of a benchmark or of cells with a scorer, have lost their texts.
select count(distinct generations.generation_id) as count_removed
from raw.plan
inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
inner join raw.generations on plan.generation_id = generations.generation_id
where
    generations.texts_removed_at is not null
    and ($run_id::varchar is null or cells.run_id = $run_id)
    and ($benchmark_id::varchar is null or cells.benchmark_id = $benchmark_id)
    and ($scorer::varchar is null or cells.scorer = $scorer)
