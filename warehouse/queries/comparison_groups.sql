-- One row per comparison of some dates, with the group its p-values are adjusted in.
select
    comparisons.as_of_date,
    comparisons.comparison_id,
    comparisons.benchmark_id,
    concat_ws(
        '|',
        comparisons.kind,
        comparisons.family,
        comparisons.origin,
        case when staging.is_capability(benchmarks.dimension) then 'tax' else 'safety' end,
        case when comparisons.is_configured_rule then 'configured' else comparisons.unparsed_rule end,
        case when comparisons.is_primary_style then 'primary' else comparisons.prompt_style_candidate end
    ) as adjustment_group
from marts.comparisons
inner join marts.dim_benchmark as benchmarks
    on
        comparisons.benchmark_id = benchmarks.benchmark_id
        and comparisons.benchmark_version = benchmarks.benchmark_version
where comparisons.as_of_date in (select unnest($dates::date[]))
