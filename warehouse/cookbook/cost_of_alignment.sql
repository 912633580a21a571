-- What did alignment cost each model over all capability benchmarks, is it real, and is it surely below the margin?
-- Without rows: No pair of a base and an aligned model was compared on a capability benchmark.
select
    candidate_model_id,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * tax_absolute_low, 1) as low,
    round(100 * tax_absolute_high, 1) as high,
    is_significant,
    round(100 * tax_at_most, 1) as at_most_points,
    round(100 * margin, 1) as margin_points,
    is_below_margin,
    is_every_benchmark_below_margin,
    p_value_holm,
    count_benchmarks,
    reference_model_id
from reports.overall_tax
where
    as_of_date = (select max(as_of_date) from reports.overall_tax)
    and kind = 'tax'
    and scope = 'all capability'
    and weighting = 'macro'
order by tax_absolute desc, candidate_model_id
