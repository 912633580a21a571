-- Did alignment make answers longer or shorter?
-- Without rows: No: on each benchmark the lengths differ by less than a tenth, or too little is known to say more.
select
    candidate_model_id,
    benchmark_id,
    round(ratio, 2) as ratio,
    round(ratio_low, 2) as low,
    round(ratio_high, 2) as high,
    round(reference_value, 1) as tokens_before,
    round(candidate_value, 1) as tokens_after
from reports.cost_tax
where
    as_of_date = (select max(as_of_date) from reports.cost_tax)
    and kind = 'tax'
    and measure = 'tokens_output'
    and (ratio_low > 1.1 or ratio_high < 0.9)
order by ratio desc, candidate_model_id, benchmark_id
