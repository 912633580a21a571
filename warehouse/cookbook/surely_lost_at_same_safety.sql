-- Which families pay more than 2 points surely for the same safety?
select
    family,
    variants,
    round(100 * safety_level, 1) as safety,
    round(100 * tax, 1) as tax_points,
    round(100 * tax_low, 1) as low,
    round(100 * tax_high, 1) as high,
    nearest_model_id
from reports.tax_at_fixed_safety
where
    as_of_date = (select max(as_of_date) from reports.tax_at_fixed_safety)
    and tax_low > 0.02
order by family, variants, safety_level
