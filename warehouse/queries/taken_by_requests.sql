-- What some requests have taken so far, by model: attempts, and money with the worst prices that are held.
select
    model_id,
    sum(count_requests)::double as requests,
    sum(usd) as usd
from (
    select
        generation_id,
        model_id,
        attempts as count_requests,
        coalesce(cost_usd, 0) as usd
    from raw.generations
    where run_id = $run_id
    union all
    select
        generation_id,
        model_id,
        count_requests,
        cost_usd + cost_held_usd as usd
    from raw.extra_spend
    where run_id = $run_id
) as taken
where generation_id in (select generation_id from wanted_generations)
group by model_id
