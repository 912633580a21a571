-- One row per landed part of the wanted composite answers, and whether it still counts: not of a voided run, nor of a
-- part whose endpoint has served another model since.
with wanted as (
    select * from wanted_parents
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
    where role = 'part'
    group by model_id
)

select
    parts.*,
    (
        parts.run_id not in (select voided.run_id from voided)
        and (
            parts.model_served = newest_served.model_served
            or (parts.model_served is null and newest_served.model_served is null)
        )
    ) as is_good
from wanted
inner join raw.generations as parts on wanted.generation_id = parts.parent_generation_id
inner join newest_served on parts.model_id = newest_served.model_id
where parts.role = 'part'
