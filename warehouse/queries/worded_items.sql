-- One row per item x wording of the cells of some dates that were asked with several wordings; repeats averaged. Items
-- that lack a value under a wording are left out.
with answers as (
    select
        cells.as_of_date,
        cells.cell_key,
        cells.count_templates,
        scores.item_id,
        scores.cluster_id,
        scores.repeat // (cells.count_repeats // cells.count_templates) as template,
        round(avg(scores.value), 12) as value
    from marts.current_cells as cells
    inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
    where
        cells.as_of_date in (select unnest($dates::date[]))
        and cells.count_templates > 1
        and scores.value is not null
    group by all
)

select
    as_of_date,
    cell_key,
    count_templates,
    item_id,
    cluster_id,
    template,
    value
from answers
qualify count(*) over (partition by as_of_date, cell_key, item_id) = count_templates
order by as_of_date, cell_key, cluster_id, item_id, template
