-- One row per valued answer of the cells of some dates that were asked more than once.
select
    cells.as_of_date,
    cells.cell_key,
    scores.item_id,
    scores.cluster_id,
    scores.repeat // (cells.count_repeats // cells.count_templates) as template,
    scores.value
from marts.current_cells as cells
inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
where
    cells.as_of_date in (select unnest($dates::date[]))
    and cells.count_repeats > 1
    and scores.value is not null
order by cells.as_of_date, cells.cell_key, scores.cluster_id, scores.item_id, scores.repeat
