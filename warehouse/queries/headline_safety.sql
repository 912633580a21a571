-- One row per row of reports.safety of a date, grouped as people read them.
select *
from reports.safety
where as_of_date = $as_of_date::date
order by family asc, dimension desc, rate_candidate asc
