-- One row per run x cell x item x repeat that a run wants answered, with imported scores as what was wanted of them.
select
    run_id,
    cell_id,
    item_id,
    repeat,
    generation_id,
    false as is_scored_elsewhere,
    false as is_failed_elsewhere
from raw.plan
union all
select
    run_id,
    cell_id,
    item_id,
    repeat,
    generation_id,
    status <> 'failed' as is_scored_elsewhere,
    status = 'failed' as is_failed_elsewhere
from staging.stg_recorded_scores
