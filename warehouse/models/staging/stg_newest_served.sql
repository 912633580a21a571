-- One row per role x model: the model that its endpoint said it served, the last time that it said so.
select
    role,
    model_id,
    arg_max(model_served, finished_at) as model_served
from raw.generations
group by role, model_id
