-- Report dates that the answers of a run can reach, oldest first.
with touched as (
    select as_of_date
    from raw.runs
    where run_id = $run_id
)

select distinct runs.as_of_date
from raw.runs
cross join touched
where
    runs.as_of_date >= touched.as_of_date
    and date_diff('day', touched.as_of_date, runs.as_of_date) <= runs.max_age_days
order by runs.as_of_date
