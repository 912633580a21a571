-- One row per model: the model it was aligned from.
select
    model_id,
    arg_max(base_model_id, last_registered_date) as base_model_id
from marts.dim_model
group by model_id
order by model_id
