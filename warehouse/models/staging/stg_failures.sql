-- One row per run x generation that got no answer: the newest failure.
select
    run_id,
    generation_id,
    error_type,
    message,
    attempts
from raw.failures
qualify row_number() over (
    partition by run_id, generation_id
    order by failed_at desc
) = 1
