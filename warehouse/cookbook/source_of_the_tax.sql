-- Where does each tax come from: wrong answers, refusals, filters, cut-off or unreadable answers?
-- Without rows: No part of a tax reaches one point, or no pair was compared on a capability benchmark.
select
    candidate_model_id,
    benchmark_id,
    component,
    round(100 * tax_part, 1) as part_points,
    round(100 * tax_part_low, 1) as low,
    round(100 * tax_part_high, 1) as high,
    round(100 * tax_absolute, 1) as tax_points
from reports.tax_decomposition
where
    as_of_date = (select max(as_of_date) from reports.tax_decomposition)
    and kind = 'tax'
    and is_headline
    and abs(tax_part) >= 0.01
order by tax_absolute desc, candidate_model_id, benchmark_id, tax_part desc
