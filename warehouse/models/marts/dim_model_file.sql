-- One row per model x file that it is made of, and x file that such a file was made from.
with models as (
    select * from marts.dim_model
),

listed as (
    select
        model_id,
        from_json(
            files_json,
            '[{"role": "varchar", "name": "varchar", "file_hash": "varchar", "amount": "double", "within": "varchar",
            "making": "json"}]'
        ) as files
    from models
    where files_json is not null
),

files as (
    select
        model_id,
        generate_subscripts(files, 1) as place,
        unnest(files) as file
    from listed
),

weights as (
    select
        weights_hash,
        min(model_id) as model_id
    from models
    where weights_hash is not null and not (files_json like '%"adapter"%' or files_json like '%"control_vector"%')
    group by weights_hash
)

select
    files.model_id,
    files.place,
    files.file.role,
    files.file.name,
    files.file.file_hash,
    files.file.amount,
    files.file.within as within_hash,
    files.file.making ->> '$.method' as method,
    files.file.making as making_json,
    weights.model_id as same_as_model_id
from files
left join weights on files.file.file_hash = weights.weights_hash and files.file.within is not null
