-- One row per wanted answer that was in a batch already, with the number of batches that were worked on since it last
-- failed for good. The requests of a failed question are spending of their own.
with failed as (
    select
        generation_id,
        sum(count_requests) as count_requests
    from raw.extra_spend
    where generation_id in (select wanted_generations.generation_id from wanted_generations)
    group by generation_id
)

select
    batch_requests.generation_id,
    greatest(count(*) - coalesce(any_value(failed.count_requests), 0), 0)::bigint as count_batches
from raw.batch_requests
left join failed on batch_requests.generation_id = failed.generation_id
where
    batch_requests.generation_id in (select wanted_generations.generation_id from wanted_generations)
    and batch_requests.mark not in (
        select batch_events.mark
        from raw.batch_events
        where batch_events.event = 'given_up'
    )
group by batch_requests.generation_id
