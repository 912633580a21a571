-- The rows of reports.model_scores that belong to one date.
select *
from reports.model_scores
where as_of_date = $as_of_date::date
order by family, model_id, benchmark_id, prompt_style, subset
