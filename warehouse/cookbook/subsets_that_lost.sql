-- Which parts of a benchmark lost most?
-- Without rows: No part of a benchmark surely lost, or no benchmark has parts.
select
    candidate_model_id,
    benchmark_id,
    subset,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * tax_absolute_low, 1) as low,
    round(100 * tax_absolute_high, 1) as high,
    count_paired_items
from reports.alignment_tax
where
    as_of_date = (select max(as_of_date) from reports.alignment_tax)
    and kind = 'tax'
    and subset <> 'all'
    and tax_absolute_low > 0
order by tax_absolute desc, candidate_model_id, benchmark_id, subset
