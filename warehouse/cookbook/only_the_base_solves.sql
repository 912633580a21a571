-- Which items does the base solve and no model aligned from it?
-- Without rows: Each item that a base solves brings a model aligned from it at least a part of the score.
select
    comparisons.reference_model_id,
    comparisons.benchmark_id,
    items.question,
    items.target,
    count(*) as count_aligned_models
from marts.fct_paired_items as paired
inner join marts.comparisons using (as_of_date, comparison_id)
inner join marts.dim_item as items using (benchmark_id, benchmark_version, item_id)
inner join marts.dim_benchmark as benchmarks using (benchmark_id, benchmark_version)
where
    paired.as_of_date = (select max(as_of_date) from marts.comparisons)
    and comparisons.kind = 'tax'
    and comparisons.is_configured_rule
    and comparisons.is_default
    and benchmarks.dimension = 'capability'
group by
    comparisons.reference_model_id,
    comparisons.benchmark_id,
    items.item_id,
    items.question,
    items.target
having min(paired.reference_value) = 1 and max(paired.candidate_value) = 0
order by comparisons.reference_model_id, comparisons.benchmark_id, items.question
