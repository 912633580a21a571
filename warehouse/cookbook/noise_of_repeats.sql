-- How much do a model's own scores move when it is asked again?
-- Without rows: Each item was asked once. `repeats: 3` on a benchmark asks each of its items three times.
select
    model_id,
    benchmark_id,
    count_items,
    count_repeats,
    round(100 * noise_standard_deviation, 2) as noise_points,
    round(reliability, 2) as reliability
from reports.reliability
where
    as_of_date = (select max(as_of_date) from reports.reliability)
    and count_repeats > 1
order by noise_standard_deviation desc, model_id, benchmark_id
