-- One row: the newest run of a date that is not void.
with voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
)

select run_id
from raw.runs
where as_of_date = $as_of_date::date and run_id not in (select voided.run_id from voided)
order by started_at desc
limit 1
