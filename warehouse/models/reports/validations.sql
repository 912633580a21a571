-- One row per run x expectation: the newest verdict.
with validations as (
    select * from raw.validations
),

runs as (
    select * from staging.stg_runs
)

select
    runs.as_of_date,
    validations.run_id,
    validations.stage,
    validations.expectation,
    validations.table_name,
    validations.severity,
    validations.is_success,
    validations.count_checked,
    validations.count_unexpected,
    validations.detail,
    validations.validated_at
from validations
inner join runs on validations.run_id = runs.run_id
qualify row_number() over (
    partition by validations.run_id, validations.stage, validations.expectation, validations.table_name
    order by validations.validated_at desc
) = 1
