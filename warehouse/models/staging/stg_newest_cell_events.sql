-- One row per run x cell that was noted at least once: the newest note on how it ended.
select
    run_id,
    cell_id,
    status,
    reason
from raw.cell_events
qualify row_number() over (partition by run_id, cell_id order by happened_at desc) = 1
