-- Which alarms stand, since when, and how far did the scores fall?
-- Without rows: No alarm stands: on the newest night no model is surely below its reference nights.
select
    model_id,
    benchmark_id,
    since_date,
    round(100 * fall, 1) as fall_points,
    round(100 * fall_low, 1) as low,
    round(100 * fall_high, 1) as high,
    what_changed,
    days_since,
    is_wandering
from reports.alerts
where as_of_date = (select max(as_of_date) from reports.trend)
order by fall desc, model_id, benchmark_id
