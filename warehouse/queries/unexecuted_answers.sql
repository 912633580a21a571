-- One row per answer of a run's plan whose cell's scorer reads an execution that is not there yet.
with wanted as (
    select * from wanted_runners
)

select
    cells.scorer,
    plan.item_id,
    items.question,
    items.choices_json,
    items.target,
    generations.generation_id,
    generations.text
from raw.plan
inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
inner join raw.generations on plan.generation_id = generations.generation_id
inner join raw.items on plan.item_id = items.item_id
inner join wanted on cells.scorer = wanted.scorer
left join raw.executions on generations.generation_id = executions.generation_id and wanted.runner = executions.runner
where
    plan.run_id = $run_id
    and generations.status = 'answered'
    and executions.generation_id is null
    and generations.generation_id not in (select quarantine.generation_id from raw.quarantine)
order by generations.generation_id
