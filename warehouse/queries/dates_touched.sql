-- Report dates that the answers of a run can reach, or whose cells count by what its configuration chose; oldest first.
with touched as (
    select as_of_date
    from raw.runs
    where run_id = $run_id
    union distinct
    select runs.as_of_date
    from raw.scorer_choices as choices
    inner join raw.cells on choices.benchmark_id = cells.benchmark_id and choices.scorer = cells.scorer
    inner join raw.runs on cells.run_id = runs.run_id
    where choices.run_id = $run_id
)

select distinct runs.as_of_date
from raw.runs
cross join touched
where
    runs.as_of_date >= touched.as_of_date
    and date_diff('day', touched.as_of_date, runs.as_of_date) <= runs.max_age_days
order by runs.as_of_date
