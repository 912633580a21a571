-- One row per date x model x benchmark with a complete cell that a report rests on.
select distinct
    as_of_date,
    model_id,
    benchmark_id
from marts.current_cells
where is_default
