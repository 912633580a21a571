-- One row per comparison of kind method x item that its two models and the base of the reference answered. Of two
-- strengths of one method neither mitigates the other: they are a sweep.
with comparisons as (
    select comparisons.*
    from marts.comparisons
    inner join marts.dim_model as reference on comparisons.reference_model_id = reference.model_id
    inner join marts.dim_model as candidate on comparisons.candidate_model_id = candidate.model_id
    where
        comparisons.as_of_date in (select unnest($dates::date[]))
        and comparisons.kind = 'method'
        and comparisons.is_default
        and not coalesce(
            reference.method = candidate.method and reference.knob_name = candidate.knob_name,
            false
        )
),

cells as (
    select *
    from marts.current_cells
    where as_of_date in (select unnest($dates::date[])) and is_default
),

base as (
    select
        comparisons.as_of_date,
        comparisons.comparison_id,
        models.base_model_id,
        cells.run_id,
        cells.cell_id
    from comparisons
    inner join marts.dim_model as models on comparisons.reference_model_id = models.model_id
    left join cells
        on
            comparisons.as_of_date = cells.as_of_date
            and models.base_model_id = cells.model_id
            and comparisons.benchmark_id = cells.benchmark_id
            and comparisons.benchmark_version = cells.benchmark_version
            and comparisons.scorer = cells.scorer
            and comparisons.origin = cells.origin
),

base_values as (
    select
        base.as_of_date,
        base.comparison_id,
        scores.item_id,
        round(avg(scores.value), 12) as base_value
    from base
    inner join marts.fct_scores as scores on base.run_id = scores.run_id and base.cell_id = scores.cell_id
    group by base.as_of_date, base.comparison_id, scores.item_id
)

select
    comparisons.as_of_date,
    comparisons.comparison_id,
    comparisons.reference_model_id,
    comparisons.candidate_model_id,
    comparisons.benchmark_id,
    comparisons.origin,
    base.base_model_id,
    items.item_id,
    items.cluster_id,
    base_values.base_value,
    items.reference_value,
    items.candidate_value
from comparisons
inner join marts.dim_benchmark as benchmarks
    on
        comparisons.benchmark_id = benchmarks.benchmark_id
        and comparisons.benchmark_version = benchmarks.benchmark_version
inner join marts.fct_paired_items as items
    on comparisons.as_of_date = items.as_of_date and comparisons.comparison_id = items.comparison_id
inner join base on comparisons.as_of_date = base.as_of_date and comparisons.comparison_id = base.comparison_id
left join base_values
    on
        comparisons.as_of_date = base_values.as_of_date
        and comparisons.comparison_id = base_values.comparison_id
        and items.item_id = base_values.item_id
where staging.is_capability(benchmarks.dimension)
order by comparisons.as_of_date, comparisons.comparison_id, items.cluster_id, items.item_id
