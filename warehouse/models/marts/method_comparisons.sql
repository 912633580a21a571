-- One row per date x comparison, with the method that the candidate is a checkpoint of. Checkpoints of a method differ
-- only in the training seed. Where the configuration changed between two runs of a date, the newer one counts.
with comparisons as (
    select * from marts.comparisons
    where is_default
),

benchmarks as (
    select * from marts.dim_benchmark
),

checkpoints as (
    select
        runs.as_of_date,
        models.model_id,
        coalesce(models.replicate_of, models.model_id) as first_model_id,
        models.method
    from raw.models
    inner join staging.stg_runs as runs on models.run_id = runs.run_id
    qualify
        row_number() over (
            partition by runs.as_of_date, models.model_id
            order by runs.started_at desc, runs.run_id desc
        ) = 1
),

grouped as (
    select
        comparisons.as_of_date,
        comparisons.comparison_id,
        comparisons.kind,
        comparisons.family,
        candidate.method,
        coalesce(reference.first_model_id, comparisons.reference_model_id) as reference_model_id,
        coalesce(candidate.first_model_id, comparisons.candidate_model_id) as candidate_model_id,
        comparisons.reference_model_id as reference_checkpoint,
        comparisons.candidate_model_id as candidate_checkpoint,
        comparisons.origin,
        comparisons.benchmark_id,
        comparisons.attack,
        benchmarks.dimension,
        case when benchmarks.higher_is_better then 1 else -1 end as direction,
        md5(concat_ws(
            '|', comparisons.kind, comparisons.family,
            coalesce(reference.first_model_id, comparisons.reference_model_id),
            coalesce(candidate.first_model_id, comparisons.candidate_model_id), comparisons.origin
        )) as method_id
    from comparisons
    inner join benchmarks
        on
            comparisons.benchmark_id = benchmarks.benchmark_id
            and comparisons.benchmark_version = benchmarks.benchmark_version
    left join checkpoints as reference
        on
            comparisons.as_of_date = reference.as_of_date
            and comparisons.reference_model_id = reference.model_id
    left join checkpoints as candidate
        on
            comparisons.as_of_date = candidate.as_of_date
            and comparisons.candidate_model_id = candidate.model_id
)

select
    as_of_date,
    method_id,
    md5(concat_ws('|', method_id, benchmark_id, attack)) as method_benchmark_id,
    comparison_id,
    kind,
    family,
    method,
    reference_model_id,
    candidate_model_id,
    reference_checkpoint,
    candidate_checkpoint,
    count(distinct candidate_checkpoint) over (partition by as_of_date, method_id) as count_checkpoints,
    origin,
    benchmark_id,
    attack,
    dimension,
    direction
from grouped
