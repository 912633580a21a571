-- The headline rows of reports.tax_decomposition that belong to one date.
select *
from reports.tax_decomposition
where as_of_date = $as_of_date::date and is_headline and kind = 'tax'
order by benchmark_id, family, candidate_model_id, comparison_id, component
