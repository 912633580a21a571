-- One row per planned answer of a run that is not there yet.
select
    plan.cell_id,
    plan.item_id,
    plan.repeat,
    plan.generation_id
from raw.plan
left join raw.generations on plan.generation_id = generations.generation_id
where plan.run_id = $run_id and generations.generation_id is null
order by plan.cell_id, plan.item_id, plan.repeat
