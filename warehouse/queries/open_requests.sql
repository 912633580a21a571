-- One row per wanted answer that is not there yet.
select
    planned.cell_id,
    planned.item_id,
    planned.repeat,
    planned.generation_id
from planned
left join raw.generations on planned.generation_id = generations.generation_id
where generations.generation_id is null
order by planned.cell_id, planned.item_id, planned.repeat
