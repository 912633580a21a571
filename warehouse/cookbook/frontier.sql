-- Which models does no other one beat in capability and safety at once?
select
    family,
    model_id,
    round(100 * capability, 1) as capability,
    round(100 * safety, 1) as safety,
    round(100 * over_refusal, 1) as over_refusal,
    is_on_frontier,
    round(probability_on_frontier, 2) as probability_on_frontier
from reports.frontier
where as_of_date = (select max(as_of_date) from reports.frontier)
order by family, capability desc, model_id
