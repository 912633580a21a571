-- One row per date on which something ran that is not void, oldest first.
select distinct as_of_date
from staging.stg_runs
order by as_of_date
