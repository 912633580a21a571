-- Which alarms stand, since when, and how far did the scores fall?
select
    model_id,
    benchmark_id,
    what_changed,
    since_date,
    days_since,
    round(100 * fall, 1) as fall_points,
    round(100 * fall_low, 1) as low,
    round(100 * fall_high, 1) as high,
    is_wandering
from reports.alerts
where as_of_date = (select max(as_of_date) from reports.trend)
order by fall desc, model_id, benchmark_id
