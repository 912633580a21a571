-- One row per voided run: the newest mark is a void.
select
    run_id,
    reason,
    happened_at as voided_at
from raw.voids
qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
