-- One row per date x kind x pair. Where the configuration changed between two runs of a date, the newer one counts.
with pairs as (
    select
        runs.as_of_date,
        runs.started_at,
        pairs.*
    from raw.pairs
    inner join staging.stg_runs as runs on pairs.run_id = runs.run_id
),

models as (
    select
        runs.as_of_date,
        runs.started_at,
        models.run_id,
        models.model_id
    from raw.models
    inner join staging.stg_runs as runs on models.run_id = runs.run_id
),

-- A newer run that has both models says whether they are a pair, and one with another base of the candidate ends it.
known_to_both as (
    select
        reference.as_of_date,
        reference.model_id as reference_model_id,
        candidate.model_id as candidate_model_id,
        max(reference.started_at) as started_at
    from models as reference
    inner join models as candidate on reference.run_id = candidate.run_id
    group by reference.as_of_date, reference.model_id, candidate.model_id
),

newest_base as (
    select
        as_of_date,
        candidate_model_id,
        max(started_at) as started_at
    from pairs
    where kind = 'tax'
    group by as_of_date, candidate_model_id
)

select
    pairs.as_of_date,
    pairs.kind,
    pairs.family,
    pairs.reference_model_id,
    pairs.candidate_model_id
from pairs
left join known_to_both
    on
        pairs.as_of_date = known_to_both.as_of_date
        and pairs.reference_model_id = known_to_both.reference_model_id
        and pairs.candidate_model_id = known_to_both.candidate_model_id
left join newest_base
    on
        pairs.kind = 'tax'
        and pairs.as_of_date = newest_base.as_of_date
        and pairs.candidate_model_id = newest_base.candidate_model_id
where
    pairs.started_at >= coalesce(known_to_both.started_at, pairs.started_at)
    and pairs.started_at >= coalesce(newest_base.started_at, pairs.started_at)
qualify row_number() over (
    partition by pairs.as_of_date, pairs.kind, pairs.reference_model_id, pairs.candidate_model_id
    order by pairs.started_at desc, pairs.run_id desc
) = 1
