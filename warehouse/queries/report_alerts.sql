-- The alarms that stand on a date.
select *
from reports.alerts
where as_of_date = $as_of_date::date
order by benchmark_id, model_id, prompt_style, origin
