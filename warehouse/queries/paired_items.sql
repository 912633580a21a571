-- One row per item of the comparisons of some dates, comparison by comparison.
select
    items.as_of_date,
    items.comparison_id,
    items.cluster_id,
    items.subset,
    comparisons.is_configured_rule,
    benchmarks.higher_is_better,
    items.chance_score,
    items.reference_value,
    items.candidate_value
from marts.fct_paired_items as items
inner join marts.comparisons
    on items.as_of_date = comparisons.as_of_date and items.comparison_id = comparisons.comparison_id
inner join marts.dim_benchmark as benchmarks
    on
        comparisons.benchmark_id = benchmarks.benchmark_id
        and comparisons.benchmark_version = benchmarks.benchmark_version
where items.as_of_date in (select unnest($dates::date[]))
order by items.as_of_date, items.comparison_id, items.cluster_id, items.item_id
