-- One row per model that was asked: what it has taken in a run, in all runs of a date since a day began, and since a
-- month began. Voided runs were paid for as well. What a composite model took is that of its parts.
with composites as (
    select
        run_id,
        model_id
    from raw.models
    where provider = 'composite'
),

taken as (
    select
        generations.run_id,
        generations.model_id,
        generations.attempts as count_requests,
        coalesce(generations.cost_usd, 0) as usd,
        generations.finished_at as spent_at
    from raw.generations
    anti join composites
        on generations.run_id = composites.run_id and generations.model_id = composites.model_id
    where generations.origin <> 'imported'
    union all
    select
        run_id,
        model_id,
        count_requests,
        cost_usd + cost_held_usd as usd,
        spent_at
    from raw.extra_spend
),

placed as (
    select
        taken.*,
        taken.run_id = $run_id as is_of_run,
        taken.spent_at >= $day_began and runs.as_of_date = $as_of_date as is_of_night,
        taken.spent_at >= $month_began as is_of_month
    from taken
    inner join raw.runs on taken.run_id = runs.run_id
)

select
    model_id,
    coalesce(sum(count_requests) filter (where is_of_run), 0)::double as run_requests,
    coalesce(sum(usd) filter (where is_of_run), 0) as run_usd,
    coalesce(sum(count_requests) filter (where is_of_night), 0)::double as night_requests,
    coalesce(sum(usd) filter (where is_of_night), 0) as night_usd,
    coalesce(sum(count_requests) filter (where is_of_month), 0)::double as month_requests,
    coalesce(sum(usd) filter (where is_of_month), 0) as month_usd
from placed
where is_of_run or is_of_night or is_of_month
group by model_id
