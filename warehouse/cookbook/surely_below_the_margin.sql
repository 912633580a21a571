-- Which models surely lost less than the margin?
select
    reference_model_id,
    candidate_model_id,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * tax_at_most, 1) as at_most_points,
    round(100 * margin, 1) as margin_points,
    is_below_margin,
    is_every_benchmark_below_margin
from reports.overall_tax
where
    as_of_date = (select max(as_of_date) from reports.overall_tax)
    and kind = 'tax'
    and scope = 'all capability'
    and weighting = 'macro'
order by tax_at_most, candidate_model_id
