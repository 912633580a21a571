-- One row: how many answers an import planned; 0 for an import that did not finish.
select count(*) as count_planned
from staging.stg_planned
where
    run_id = $run_id
    and run_id in (
        select run_events.run_id
        from raw.run_events
        where run_events.event = 'finished'
    )
