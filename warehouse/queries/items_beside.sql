-- One row per benchmark of a run of which items had to be tested in the program's own process: how many, of how many.
select
    cells.benchmark_id,
    count(distinct case when executions.is_beside then plan.item_id end) as count_beside,
    count(distinct plan.item_id) as count_items
from raw.cells
inner join raw.plan on cells.run_id = plan.run_id and cells.cell_id = plan.cell_id
inner join raw.executions on plan.generation_id = executions.generation_id
where cells.run_id = $run_id
group by cells.benchmark_id
having count_beside > 0
order by cells.benchmark_id
