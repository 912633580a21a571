-- One row per cell of the newest date: how it stands.
with newest as (
    select max(as_of_date) as as_of_date
    from reports.coverage
)

select
    coverage.model_id,
    coverage.benchmark_id,
    coverage.prompt_style,
    coverage.status,
    coverage.count_planned,
    coverage.count_answered,
    coverage.count_failed,
    coverage.count_quarantined,
    coverage.run_id,
    coverage.reason
from reports.coverage
inner join newest on coverage.as_of_date = newest.as_of_date
order by coverage.run_id, coverage.model_id, coverage.benchmark_id
