-- The rows of reports.cost_tax that belong to one date.
select *
from reports.cost_tax
where as_of_date = $as_of_date::date
order by benchmark_id nulls last, family, candidate_model_id, reference_model_id, kind, measure
