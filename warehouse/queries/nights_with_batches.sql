-- One row per earlier night whose batches may still bring answers. Providers keep their lines for 29 days.
select distinct
    runs.run_id,
    runs.as_of_date
from raw.batches
inner join raw.runs on batches.run_id = runs.run_id
inner join raw.batch_requests on batches.mark = batch_requests.mark
left join raw.generations on batch_requests.generation_id = generations.generation_id
where
    runs.kind = 'nightly'
    and runs.as_of_date < $night
    and batches.intended_at > now() - interval 29 days
    and generations.generation_id is null
    and batches.mark not in (
        select batch_events.mark
        from raw.batch_events
        where batch_events.event in ('collected', 'given_up')
    )
order by runs.as_of_date
