-- One row per batch that is known by the provider's id.
select distinct batch_id
from raw.batch_events
where event = 'submitted'
