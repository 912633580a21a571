-- Which models does no other one beat in capability and safety at once?
-- Without rows: No family was asked benchmarks of both capability and safety.
select
    family,
    model_id,
    is_on_frontier,
    round(100 * capability, 1) as capability,
    round(100 * safety, 1) as safety,
    round(100 * over_refusal, 1) as over_refusal,
    round(probability_on_frontier, 2) as probability_on_frontier
from reports.frontier
where as_of_date = (select max(as_of_date) from reports.frontier)
order by family, capability desc, model_id
