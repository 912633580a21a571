-- One row: whether an import of scores without texts is complete and was validated to its end, under a configuration.
-- Its scores never change, so that validation would say the same again.
select count(*) > 0 as is_scored
from raw.runs
where
    run_id = $run_id
    and config_hash = $config_hash
    and run_id in (
        select validations.run_id
        from raw.validations
        where validations.stage = 'scored'
    )
    and run_id not in (
        select cells.run_id
        from raw.cells
        left join staging.stg_newest_cell_events as events
            on cells.run_id = events.run_id and cells.cell_id = events.cell_id
        where cells.recorded_key is null or events.status is distinct from 'complete'
    )
