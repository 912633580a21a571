-- One row per model: its newest registered description.
with registered as (
    select
        models.*,
        runs.as_of_date,
        runs.started_at
    from raw.models
    inner join staging.stg_runs as runs on models.run_id = runs.run_id
)

select
    model_id,
    model_version,
    family,
    base_model_id,
    stage,
    method,
    knob_name,
    knob_value,
    parameters_billion,
    provider,
    endpoint,
    api,
    model_name,
    parameters_json,
    is_simulated,
    files_json ->> '$[0].file_hash' as weights_hash,
    files_json,
    as_of_date as last_registered_date
from registered
qualify row_number() over (partition by model_id order by as_of_date desc, started_at desc) = 1
