-- One row per date x pair x scope x comparison: which benchmarks a tax over several of them goes over.
with comparisons as (
    select * from marts.comparisons
    where is_default
),

benchmarks as (
    select * from marts.dim_benchmark
),

described as (
    select
        comparisons.as_of_date,
        md5(concat_ws(
            '|', comparisons.kind, comparisons.family, comparisons.reference_model_id,
            comparisons.candidate_model_id, comparisons.origin
        )) as pair_id,
        comparisons.kind,
        comparisons.family,
        comparisons.reference_model_id,
        comparisons.candidate_model_id,
        comparisons.origin,
        comparisons.comparison_id,
        comparisons.benchmark_id,
        comparisons.attack,
        benchmarks.dimension,
        benchmarks.domain,
        benchmarks.higher_is_better
    from comparisons
    inner join benchmarks
        on
            comparisons.benchmark_id = benchmarks.benchmark_id
            and comparisons.benchmark_version = benchmarks.benchmark_version
),

scoped as (
    select
        *,
        'dimension:' || dimension as scope
    from described
    where attack = 'none'
    union all
    select
        *,
        'attacked:' || dimension as scope
    from described
    where attack <> 'none'
    union all
    select
        *,
        'domain:' || domain as scope
    from described
    where staging.is_capability(dimension) and attack = 'none'
    union all
    select
        *,
        'all capability' as scope
    from described
    where staging.is_capability(dimension) and attack = 'none'
)

select
    as_of_date,
    pair_id,
    scope,
    kind,
    family,
    reference_model_id,
    candidate_model_id,
    origin,
    comparison_id,
    benchmark_id,
    attack,
    dimension,
    case when higher_is_better then 1 else -1 end as direction
from scoped
