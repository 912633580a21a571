-- One row per wanted answer that exists and is no good: quarantined, or of a voided run.
with wanted as (
    select * from wanted_generations
),

voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
)

select wanted.generation_id
from wanted
inner join raw.generations on wanted.generation_id = generations.generation_id
where
    generations.generation_id in (select quarantine.generation_id from raw.quarantine)
    or generations.run_id in (select voided.run_id from voided)
