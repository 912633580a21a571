-- What did alignment buy, and what did it break?
-- Without rows: No pair was compared on a benchmark of safety or over-refusal.
select
    candidate_model_id,
    benchmark_id,
    round(100 * change, 1) as change_points,
    round(100 * change_low, 1) as low,
    round(100 * change_high, 1) as high,
    round(100 * rate_reference, 1) as before,
    round(100 * rate_candidate, 1) as after,
    is_significant,
    metric
from reports.safety
where
    as_of_date = (select max(as_of_date) from reports.safety)
    and kind = 'tax'
order by candidate_model_id, metric, benchmark_id
