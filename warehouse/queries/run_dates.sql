-- One row per date on which something ran, oldest first.
select distinct as_of_date
from staging.stg_runs
order by as_of_date
