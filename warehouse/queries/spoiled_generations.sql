-- One row per wanted answer that exists and is no good: quarantined, of a voided run, or of another served model.
with wanted as (
    select * from wanted_generations
),

voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
),

newest_served as (
    select
        model_id,
        arg_max(model_served, finished_at) as model_served
    from raw.generations
    where role = 'answer'
    group by model_id
),

newest_part_served as (
    select
        model_id,
        arg_max(model_served, finished_at) as model_served
    from raw.generations
    where role = 'part'
    group by model_id
),

spoiled_by_a_part as (
    select parts.parent_generation_id
    from raw.generations as parts
    inner join newest_part_served
        on
            parts.model_id = newest_part_served.model_id
            and parts.model_served is distinct from newest_part_served.model_served
    where parts.role = 'part'
)

select wanted.generation_id
from wanted
inner join raw.generations on wanted.generation_id = generations.generation_id
left join newest_served on generations.model_id = newest_served.model_id
where
    generations.generation_id in (select quarantine.generation_id from raw.quarantine)
    or generations.run_id in (select voided.run_id from voided)
    or generations.generation_id in (select spoiled_by_a_part.parent_generation_id from spoiled_by_a_part)
    or generations.model_served is distinct from newest_served.model_served
