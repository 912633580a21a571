-- One row per item of the comparisons of some dates with the parts of its difference, comparison by comparison.
select
    as_of_date,
    comparison_id,
    cluster_id,
    part_wrong_answer,
    part_refusal,
    part_filter,
    part_truncation,
    part_format
from marts.fct_tax_parts
where as_of_date in (select unnest($dates::date[]))
order by as_of_date, comparison_id, cluster_id, item_id
