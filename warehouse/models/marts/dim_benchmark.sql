-- One row per benchmark x version.
with items as (
    select
        benchmark_id,
        benchmark_version,
        count(*) as count_items,
        count(distinct cluster_id) as count_clusters,
        count(distinct subset) as count_subsets,
        case when count(chance_score) = count(*) then round(avg(chance_score), 12) end as chance_score
    from staging.stg_benchmark_items
    group by benchmark_id, benchmark_version
)

select
    benchmarks.benchmark_id,
    benchmarks.benchmark_version,
    benchmarks.title,
    benchmarks.dimension,
    benchmarks.domain,
    benchmarks.metric,
    benchmarks.scorer,
    coalesce(benchmarks.chance_score, items.chance_score) as chance_score,
    benchmarks.higher_is_better,
    benchmarks.is_harmful_text,
    benchmarks.cluster_meaning,
    benchmarks.licence,
    benchmarks.citation,
    benchmarks.pitfalls,
    benchmarks.source,
    benchmarks.verified,
    items.count_items,
    items.count_clusters,
    items.count_subsets
from raw.benchmarks
inner join items
    on benchmarks.benchmark_id = items.benchmark_id and benchmarks.benchmark_version = items.benchmark_version
