-- One row per model x benchmark with a complete cell that a report rests on.
select distinct
    model_id,
    benchmark_id
from marts.current_cells
where is_default
