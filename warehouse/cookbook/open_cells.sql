-- Which cells are not whole, and what brings them back?
-- Without rows: Every cell is complete, and no request failed.
select
    model_id,
    benchmark_id,
    status,
    reason,
    count_planned,
    count_answered,
    count_failed,
    count_pending,
    run_id
from reports.coverage
where status <> 'complete' or count_failed > 0
order by as_of_date desc, model_id, benchmark_id
