-- One row per wanted answer that was in a batch already, with the number of batches that were worked on.
select
    batch_requests.generation_id,
    count(*) as count_batches
from raw.batch_requests
where
    batch_requests.generation_id in (select wanted_generations.generation_id from wanted_generations)
    and batch_requests.mark not in (
        select batch_events.mark
        from raw.batch_events
        where batch_events.event = 'given_up'
    )
group by batch_requests.generation_id
