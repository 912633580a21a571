-- One row per date x pair x benchmark x metric of published means: the two means to compare.
with runs as (
    select * from staging.stg_runs
),

means as (
    select
        runs.as_of_date,
        published.*
    from raw.published_means as published
    inner join runs on published.run_id = runs.run_id
    qualify row_number() over (
        partition by runs.as_of_date, published.model_id, published.benchmark_id, published.metric
        order by runs.started_at desc
    ) = 1
),

pairs as (
    select * from staging.stg_pairs
)

select
    pairs.as_of_date,
    md5(concat_ws(
        '|', 'published', pairs.kind, pairs.reference_model_id, pairs.candidate_model_id, reference.benchmark_id,
        reference.metric
    )) as published_pair_id,
    pairs.kind,
    pairs.family,
    pairs.reference_model_id,
    pairs.candidate_model_id,
    reference.benchmark_id,
    reference.metric,
    candidate.higher_is_better,
    reference.mean as reference_mean,
    reference.standard_error as reference_standard_error,
    reference.count_items as reference_count_items,
    candidate.mean as candidate_mean,
    candidate.standard_error as candidate_standard_error,
    candidate.count_items as candidate_count_items,
    reference.run_id as reference_run_id,
    candidate.run_id as candidate_run_id
from pairs
inner join means as reference
    on pairs.as_of_date = reference.as_of_date and pairs.reference_model_id = reference.model_id
inner join means as candidate
    on
        pairs.as_of_date = candidate.as_of_date
        and pairs.candidate_model_id = candidate.model_id
        and reference.benchmark_id = candidate.benchmark_id
        and reference.metric = candidate.metric
