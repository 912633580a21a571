-- The rows of one table of reports: of a date, or of some days up to it.
select *
from query_table('reports.' || $table)
where as_of_date > $as_of_date::date - $days and as_of_date <= $as_of_date::date
order by all
