-- One row per item of the cells that reports of some dates rest on; repeats averaged.
select
    cells.as_of_date,
    cells.cell_key,
    scores.item_id,
    any_value(scores.cluster_id) as cluster_id,
    any_value(scores.subset) as subset,
    round(avg(scores.value), 12) as value
from marts.current_cells as cells
inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
where cells.as_of_date in (select unnest($dates::date[]))
group by cells.as_of_date, cells.cell_key, scores.item_id
order by cells.as_of_date, cells.cell_key, cluster_id, scores.item_id
