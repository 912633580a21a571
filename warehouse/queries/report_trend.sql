-- The last ninety nights up to a date.
select *
from reports.trend
where as_of_date <= $as_of_date::date and as_of_date > $as_of_date::date - 90
order by benchmark_id, model_id, prompt_style, origin, as_of_date
