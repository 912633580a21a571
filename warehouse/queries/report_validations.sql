-- The rows of reports.validations that belong to one date.
select *
from reports.validations
where as_of_date = $as_of_date::date
order by is_success, run_id, stage, expectation, table_name
