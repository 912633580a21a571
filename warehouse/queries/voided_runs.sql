-- One row per voided run.
select run_id
from raw.voids
qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
order by run_id
