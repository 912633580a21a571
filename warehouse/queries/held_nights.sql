-- One row per date whose night came to an end, well or not; voided runs and runs that broke off do not count.
with newest as (
    select
        run_id,
        arg_max(event, happened_at) as event
    from raw.run_events
    group by run_id
)

select distinct runs.as_of_date
from staging.stg_runs as runs
inner join newest on runs.run_id = newest.run_id
where runs.kind = 'nightly' and newest.event in ('finished', 'failed', 'published')
order by runs.as_of_date
