-- Which benchmarks lose more than 2 points surely at the same safety?
-- Without rows: No benchmark surely loses more than 2 points at the same safety.
select
    family,
    variants,
    round(100 * safety_level, 1) as safety,
    benchmark_id,
    round(100 * tax, 1) as tax_points,
    round(100 * tax_low, 1) as low,
    round(100 * tax_high, 1) as high,
    nearest_model_id
from reports.benchmark_tax_at_fixed_safety
where
    as_of_date = (select max(as_of_date) from reports.benchmark_tax_at_fixed_safety)
    and tax_low > 0.02
order by family, variants, safety_level, tax desc, benchmark_id
