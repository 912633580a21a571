-- Which mitigation brings how much of the tax back, and at what cost in safety?
-- Without rows: No mitigation is declared. It is one line: `{kind: method, reference: A, candidate: B}`.
select
    mitigated_model_id,
    benchmark_id,
    round(100 * gained, 1) as gained_points,
    round(100 * recovery, 0) as recovery_percent,
    is_safety_lower,
    is_recovery_solid,
    round(100 * tax, 1) as tax_points,
    aligned_model_id
from reports.mitigation
where as_of_date = (select max(as_of_date) from reports.mitigation)
order by aligned_model_id, benchmark_id, method_rank, mitigated_model_id
