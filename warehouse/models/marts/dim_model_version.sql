-- One row per model x description that differs from the one before: what a model was, and from when to when.
with registered as (
    select
        runs.as_of_date,
        models.model_id,
        {
            model_version: models.model_version,
            family: models.family,
            base_model_id: models.base_model_id,
            replicate_of: models.replicate_of,
            stage: models.stage,
            method: models.method,
            knob_name: models.knob_name,
            knob_value: models.knob_value,
            parameters_billion: models.parameters_billion,
            provider: models.provider,
            endpoint: models.endpoint,
            api: models.api,
            model_name: models.model_name,
            parameters_json: models.parameters_json,
            is_simulated: models.is_simulated
        } as described
    from raw.models
    inner join staging.stg_runs as runs on models.run_id = runs.run_id
    qualify
        row_number() over (
            partition by models.model_id, runs.as_of_date
            order by runs.started_at desc, runs.run_id desc
        ) = 1
),

changed as (
    select *
    from registered
    qualify
        row_number() over (partition by model_id order by as_of_date) = 1
        or described is distinct from lag(described) over (partition by model_id order by as_of_date)
)

select
    changed.model_id,
    changed.as_of_date as valid_from,
    lead(changed.as_of_date) over (partition by changed.model_id order by changed.as_of_date) as valid_to,
    row_number() over (partition by changed.model_id order by changed.as_of_date) as version_number,
    valid_to is null as is_newest,
    unnest(changed.described)  -- noqa: AL03
from changed
