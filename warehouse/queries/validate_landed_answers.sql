-- One row per planned answer of a run that is there: the facts that must be possible, each by itself.
with events as (
    select happened_at from raw.run_events
    where run_id = $run_id
    union all
    select happened_at from raw.cell_events
    where run_id = $run_id
),

newest_event as (
    select max(happened_at) as happened_at
    from events
)

select
    generations.generation_id as subject,
    generations.status,
    generations.origin,
    generations.prompt_style,
    generations.finish_reason,
    generations.origin = cells.origin as is_origin_declared,
    generations.attempts,
    -- NaN and infinity would pass a check of the form x >= 0. They become -1, which fails it.
    case
        when isfinite(generations.latency_ms) then generations.latency_ms
        when generations.latency_ms is not null then -1
    end as latency_ms,
    case
        when isfinite(generations.cost_usd) then generations.cost_usd
        when generations.cost_usd is not null then -1
    end as cost_usd,
    least(
        generations.tokens_input, generations.tokens_cached, generations.tokens_cache_write,
        generations.tokens_output, generations.tokens_reasoning
    ) as tokens_fewest,
    epoch(generations.finished_at) - epoch(generations.started_at) as seconds_taken,
    (epoch(generations.finished_at) - epoch(newest_event.happened_at)) / 3600 as hours_after_run
from raw.plan
inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
inner join raw.generations on plan.generation_id = generations.generation_id
cross join newest_event
where plan.run_id = $run_id
