-- Which benchmarks surely lost more than 2 points?
-- Without rows: No benchmark surely lost more than 2 points.
select
    candidate_model_id,
    benchmark_id,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * tax_absolute_low, 1) as low,
    round(100 * tax_absolute_high, 1) as high,
    p_value_holm
from reports.alignment_tax
where
    as_of_date = (select max(as_of_date) from reports.alignment_tax)
    and kind = 'tax'
    and is_headline
    and is_significant
    and tax_absolute_low > 0.02
order by tax_absolute desc, candidate_model_id, benchmark_id
