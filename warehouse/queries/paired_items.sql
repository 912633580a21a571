-- One row per item of the comparisons of some dates, comparison by comparison.
select
    items.as_of_date,
    items.comparison_id,
    items.cluster_id,
    items.subset,
    items.chance_score,
    items.reference_value,
    items.candidate_value
from marts.fct_paired_items as items
where items.as_of_date in (select unnest($dates::date[]))
order by items.as_of_date, items.comparison_id, items.cluster_id, items.item_id
