-- One row per run of the last seven nights, newest first: how it ended.
select
    as_of_date,
    run_id,
    last_event,
    count_cells,
    count_cells_complete,
    started_at,
    last_event_at,
    is_voided
from marts.dim_run
where kind = 'nightly'
qualify dense_rank() over (order by as_of_date desc) <= 7
order by as_of_date desc, started_at desc
