-- One row per wanted judge's answer that exists, and whether it still counts: not of a voided run, nor of a judge whose
-- endpoint has served another model since.
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
    where role = 'judge'
    group by model_id
)

select
    wanted.generation_id,
    (
        generations.run_id not in (select voided.run_id from voided)
        and (
            generations.model_served = newest_served.model_served
            or (generations.model_served is null and newest_served.model_served is null)
        )
    ) as is_good
from wanted
inner join raw.generations on wanted.generation_id = generations.generation_id
inner join newest_served on generations.model_id = newest_served.model_id
