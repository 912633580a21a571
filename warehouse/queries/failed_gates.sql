-- One row per gate that failed when the newest nightly run of a night was last validated.
with runs as (
    select * from staging.newest_run_of_night($night::date)
),

newest as (
    select
        validations.expectation,
        arg_max(validations.is_success, validations.validated_at) as is_success
    from raw.validations
    inner join runs on validations.run_id = runs.run_id
    where validations.severity = 'gate'
    group by validations.expectation
)

select expectation
from newest
where not is_success
order by expectation
