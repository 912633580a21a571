-- Which parts of a benchmark lost most?
select
    candidate_model_id,
    benchmark_id,
    subset,
    count_paired_items,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * tax_absolute_low, 1) as low,
    round(100 * tax_absolute_high, 1) as high
from reports.alignment_tax
where
    as_of_date = (select max(as_of_date) from reports.alignment_tax)
    and kind = 'tax'
    and subset <> 'all'
    and tax_absolute_low > 0
order by tax_absolute desc, candidate_model_id, benchmark_id, subset
