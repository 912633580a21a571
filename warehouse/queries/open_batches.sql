-- One row per batch that is still to bring some of the wanted answers, the oldest first.
with events as (
    select
        mark,
        arg_max(batch_id, happened_at) filter (where event = 'submitted') as batch_id,
        max(happened_at) filter (where event = 'posting') as posted_at,
        max(happened_at) filter (where event = 'refused') as refused_at,
        bool_or(event in ('collected', 'given_up')) as is_over
    from raw.batch_events
    group by mark
),

wanted as (
    select
        mark,
        list(generation_id order by generation_id) as generation_ids
    from raw.batch_requests
    where generation_id in (select wanted_generations.generation_id from wanted_generations)
    group by mark
)

select
    batches.mark,
    batches.count_requests,
    batches.intended_at,
    events.batch_id,
    case when events.refused_at > events.posted_at then null else events.posted_at end as posted_at,
    wanted.generation_ids
from raw.batches
inner join wanted on batches.mark = wanted.mark
left join events on batches.mark = events.mark
where not coalesce(events.is_over, false)
order by batches.intended_at, batches.mark
