-- One row per cell of the newest nightly run of a night: how it stands, and why requests of it failed.
with runs as (
    select run_id
    from raw.runs
    where kind = 'nightly' and as_of_date = $night::date
    qualify row_number() over (
        order by started_at desc, run_id desc
    ) = 1
),

answers as (
    select
        plan.run_id,
        plan.cell_id,
        count(generations.generation_id) as count_answered
    from raw.plan
    inner join runs on plan.run_id = runs.run_id
    left join raw.generations on plan.generation_id = generations.generation_id
    group by plan.run_id, plan.cell_id
),

failures as (
    select
        failures.run_id,
        failures.cell_id,
        list(distinct failures.error_type) as error_types
    from raw.failures
    inner join runs on failures.run_id = runs.run_id
    group by failures.run_id, failures.cell_id
)

select
    cells.cell_id,
    cells.model_id,
    cells.benchmark_id,
    models.endpoint,
    coalesce(events.status, 'incomplete') as status,
    events.reason,
    coalesce(answers.count_answered, 0) as count_answered,
    failures.error_types
from raw.cells
inner join runs on cells.run_id = runs.run_id
inner join raw.models on cells.run_id = models.run_id and cells.model_id = models.model_id
left join staging.stg_newest_cell_events as events on cells.run_id = events.run_id and cells.cell_id = events.cell_id
left join answers on cells.run_id = answers.run_id and cells.cell_id = answers.cell_id
left join failures on cells.run_id = failures.run_id and cells.cell_id = failures.cell_id
order by models.endpoint, cells.cell_id
