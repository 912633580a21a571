-- One row per date on which something ran.
select
    as_of_date,
    year(as_of_date) as year_number,
    month(as_of_date) as month_number,
    isodow(as_of_date) as weekday_number,
    count(*) as count_runs
from staging.stg_runs
group by as_of_date
