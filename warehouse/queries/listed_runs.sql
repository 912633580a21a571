-- One row per run, newest first: how it stands.
select
    run_id,
    kind,
    as_of_date,
    started_at,
    last_event,
    count_cells,
    count_cells_complete,
    is_simulated,
    is_voided,
    void_reason,
    source
from marts.dim_run
order by started_at desc
