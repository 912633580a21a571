-- One row: the newest run of a date that is not void.
select run_id
from staging.stg_runs
where as_of_date = $as_of_date::date
order by started_at desc
limit 1
