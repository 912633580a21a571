-- The rows of reports.safety that belong to one date.
select *
from reports.safety
where as_of_date = $as_of_date::date
order by family, dimension, benchmark_id, candidate_model_id
