-- One row per import, not void, with a cell that has a judge; the oldest first.
with voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
)

select
    runs.run_id,
    runs.as_of_date
from raw.runs
where
    runs.kind = 'import'
    and runs.run_id in (
        select cells.run_id
        from raw.cells
        where cells.judge_version is not null
    )
    and runs.run_id not in (select voided.run_id from voided)
order by runs.started_at
