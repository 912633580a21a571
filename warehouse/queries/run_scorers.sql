-- One row per benchmark that a run asked by one scorer: what its configuration chose. An import chooses nothing.
select
    cells.benchmark_id,
    min(cells.scorer) as scorer
from raw.cells
inner join raw.runs on cells.run_id = runs.run_id
where cells.run_id = $run_id and runs.kind <> 'import'
group by cells.benchmark_id
having count(distinct cells.scorer) = 1
order by cells.benchmark_id
