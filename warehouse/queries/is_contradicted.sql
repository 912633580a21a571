-- One row: whether a newer run of the same date describes a model, or pairs two models, otherwise than a run does.
with own as (
    select *
    from staging.stg_runs
    where run_id = $run_id
),

newer as (
    select runs.run_id
    from staging.stg_runs as runs
    inner join own on runs.as_of_date = own.as_of_date and runs.started_at > own.started_at
),

models as (
    select models.*
    from raw.models
    inner join own on models.run_id = own.run_id
),

others as (
    select models.*
    from raw.models
    inner join newer on models.run_id = newer.run_id
),

otherwise as (
    select others.model_id
    from models
    inner join others on models.model_id = others.model_id
    where
        (
            models.model_version, models.family, models.base_model_id, models.stage, models.method, models.knob_name,
            models.knob_value, models.parameters_billion
        ) is distinct from (
            others.model_version, others.family, others.base_model_id, others.stage, others.method, others.knob_name,
            others.knob_value, others.parameters_billion
        )
),

known_to_both as (
    select
        newer.run_id,
        reference.model_id as reference_model_id,
        candidate.model_id as candidate_model_id
    from newer
    inner join others as reference on newer.run_id = reference.run_id
    inner join others as candidate on newer.run_id = candidate.run_id
    where
        reference.model_id in (select models.model_id from models)
        and candidate.model_id in (select models.model_id from models)
),

paired as (
    select
        known.run_id,
        known.reference_model_id,
        known.candidate_model_id,
        pairs.kind,
        count(*) as count_runs
    from known_to_both as known
    inner join raw.pairs
        on
            pairs.run_id in (known.run_id, $run_id)
            and known.reference_model_id = pairs.reference_model_id
            and known.candidate_model_id = pairs.candidate_model_id
    group by known.run_id, known.reference_model_id, known.candidate_model_id, pairs.kind
)

select count(*) > 0 as is_contradicted
from (
    select otherwise.model_id
    from otherwise
    union all
    select paired.candidate_model_id as model_id
    from paired
    where paired.count_runs = 1
) as contradictions
