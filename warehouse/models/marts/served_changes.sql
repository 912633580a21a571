-- One row per night x model x benchmark x prompt style x origin on which the endpoint served another model than before.
with cells as (
    select * from marts.current_cells
    where evaluated_date = as_of_date and is_newest
),

-- A night of several models, as while a version is rolled out, is neither before nor after.
served as (
    select
        run_id,
        cell_id,
        any_value(model_served) as model_served
    from marts.fct_generations
    where model_served is not null
    group by run_id, cell_id
    having count(distinct model_served) = 1
),

nights as (
    select
        cells.as_of_date,
        cells.model_id,
        cells.benchmark_id,
        cells.benchmark_version,
        cells.prompt_style,
        cells.origin,
        cells.run_id,
        cells.cell_id,
        served.model_served,
        lag(cells.as_of_date) over before as date_before,
        lag(cells.run_id) over before as run_id_before,
        lag(cells.cell_id) over before as cell_id_before,
        lag(served.model_served) over before as model_served_before
    from cells
    inner join served on cells.run_id = served.run_id and cells.cell_id = served.cell_id
    window before as (
        partition by
            cells.model_id, cells.model_version, cells.benchmark_id, cells.benchmark_version, cells.prompt_style,
            cells.origin, cells.scorer
        order by cells.as_of_date
    )
)

select
    as_of_date,
    md5(concat_ws('|', 'served', model_id, benchmark_id, benchmark_version, prompt_style, origin)) as change_id,
    model_id,
    benchmark_id,
    benchmark_version,
    prompt_style,
    model_served_before,
    model_served,
    date_before,
    run_id_before,
    cell_id_before,
    run_id,
    cell_id,
    origin
from nights
where model_served_before <> model_served
