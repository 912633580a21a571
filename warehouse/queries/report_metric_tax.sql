-- The headline rows of reports.metric_tax that belong to one date.
select *
from reports.metric_tax
where as_of_date = $as_of_date::date and is_headline
order by benchmark_id, metric, kind, family, candidate_model_id, comparison_id
