-- One row per date on which something ran that is not void, oldest first.
with voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
)

select distinct as_of_date
from raw.runs
where run_id not in (select voided.run_id from voided)
order by as_of_date
