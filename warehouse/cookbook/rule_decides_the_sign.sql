-- Does the sign of a tax depend on what an unparsed answer is worth?
-- Without rows: No: each tax has the same sign under every rule.
select
    candidate_model_id,
    benchmark_id,
    unparsed_rule,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * tax_absolute_low, 1) as low,
    round(100 * tax_absolute_high, 1) as high
from reports.alignment_tax
where
    as_of_date = (select max(as_of_date) from reports.alignment_tax)
    and is_sign_rule_dependent
    and subset = 'all'
order by candidate_model_id, benchmark_id, unparsed_rule
