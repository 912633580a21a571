-- One row per item of every comparison of a method that has several checkpoints, on some dates; more is a loss in every
-- direction.
select
    methods.as_of_date,
    methods.method_id,
    methods.reference_checkpoint,
    methods.candidate_checkpoint,
    methods.method_benchmark_id,
    staging.is_capability(methods.dimension) and methods.attack = 'none' as is_capability,
    items.subset,
    items.cluster_id,
    items.item_id,
    items.difference * methods.direction as difference
from marts.method_comparisons as methods
inner join marts.fct_paired_items as items
    on methods.as_of_date = items.as_of_date and methods.comparison_id = items.comparison_id
where
    methods.as_of_date in (select unnest($dates::date[]))
    and methods.count_checkpoints > 1
    and items.difference is not null
order by
    methods.as_of_date, methods.method_id, methods.method_benchmark_id, methods.candidate_checkpoint, items.cluster_id,
    items.item_id
