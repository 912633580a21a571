-- The rows of reports.mitigation that belong to one date.
select *
from reports.mitigation
where as_of_date = $as_of_date::date
order by benchmark_id, aligned_model_id, method_rank, mitigated_model_id, origin
