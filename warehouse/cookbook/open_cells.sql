-- Which cells are not whole, and what brings them back?
select
    run_id,
    model_id,
    benchmark_id,
    status,
    count_planned,
    count_answered,
    count_failed,
    count_pending,
    reason
from reports.coverage
where status <> 'complete' or count_failed > 0
order by as_of_date desc, model_id, benchmark_id
