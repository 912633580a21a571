-- The rows of reports.alignment_tax that belong to one date.
select *
from reports.alignment_tax
where as_of_date = $as_of_date::date
order by family, benchmark_id, candidate_model_id, subset, unparsed_rule
