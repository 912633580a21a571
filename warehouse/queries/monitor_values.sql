-- One row per item of some cells evaluated on a night, its mean over repeats; `wanted` names them (run_id, cell_id).
select
    cells.run_id,
    cells.cell_id,
    scores.item_id,
    round(avg(scores.value), 12) as value
from marts.current_cells as cells
inner join wanted on cells.run_id = wanted.run_id and cells.cell_id = wanted.cell_id
inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
where
    cells.as_of_date = $as_of_date::date
    and scores.as_of_date = $as_of_date::date
    and cells.evaluated_date = cells.as_of_date
    and cells.is_newest
    and scores.value is not null
group by cells.run_id, cells.cell_id, scores.item_id
order by cells.run_id, cells.cell_id, scores.item_id
