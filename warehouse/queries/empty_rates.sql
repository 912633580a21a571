-- One row per model x benchmark of the newest date on which some of its answers held no text.
with scores as (
    select
        model_id,
        benchmark_id,
        rate_empty
    from reports.model_scores
    where subset = 'all' and rate_empty > 0
    qualify as_of_date = max(as_of_date) over (partition by model_id)
)

select
    model_id,
    benchmark_id,
    max(rate_empty) as rate_empty
from scores
group by model_id, benchmark_id
order by model_id, benchmark_id
