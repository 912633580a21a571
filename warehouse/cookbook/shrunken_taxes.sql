-- How large are the largest taxes once the luck of the largest is taken out?
-- Without rows: No family has enough taxes with an interval to pool them.
select
    candidate_model_id,
    benchmark_id,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * tax_pooled, 1) as shrunken_points,
    round(100 * tax_pooled_low, 1) as low,
    round(100 * tax_pooled_high, 1) as high,
    count_taxes
from reports.pooled_tax
where
    as_of_date = (select max(as_of_date) from reports.pooled_tax)
    and kind = 'tax'
order by tax_absolute desc, candidate_model_id, benchmark_id
