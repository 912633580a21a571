-- The rows of reports.coverage that belong to one date.
select *
from reports.coverage
where as_of_date = $as_of_date::date
order by run_id, cell_id
