-- One row per import, not void, with a cell that has a judge; the oldest first.
select
    run_id,
    as_of_date
from staging.stg_runs
where
    kind = 'import'
    and run_id in (
        select cells.run_id
        from raw.cells
        where cells.judge_version is not null
    )
order by started_at
