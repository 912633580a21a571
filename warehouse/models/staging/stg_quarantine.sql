-- One row per quarantined generation, with its reasons in one line.
select
    generation_id,
    string_agg(reason, '; ' order by expectation) as reason
from raw.quarantine
group by generation_id
