-- One row per cell of the newest nightly run of a night: how it stands, and why requests of it failed.
with runs as (
    select * from staging.newest_run_of_night($night::date)
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

budgets as (
    select
        stops.run_id,
        stops.cell_id,
        arg_max(stops.budget, stops.stopped_at) as budget,
        arg_max(stops.reason, stops.stopped_at) as reason
    from raw.budget_stops as stops
    inner join runs on stops.run_id = runs.run_id
    group by stops.run_id, stops.cell_id
),

batches as (
    select
        batches.run_id,
        batches.cell_id,
        arg_max(events.event, events.happened_at) in ('posting', 'submitted', 'ended') as is_waiting
    from raw.batches
    inner join runs on batches.run_id = runs.run_id
    inner join raw.batch_events as events on batches.mark = events.mark
    group by batches.run_id, batches.cell_id
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
    failures.error_types,
    budgets.budget,
    coalesce(batches.is_waiting, false) as is_waiting
from raw.cells
inner join runs on cells.run_id = runs.run_id
inner join raw.models on cells.run_id = models.run_id and cells.model_id = models.model_id
left join staging.stg_newest_cell_events as events on cells.run_id = events.run_id and cells.cell_id = events.cell_id
left join answers on cells.run_id = answers.run_id and cells.cell_id = answers.cell_id
left join budgets
    on
        cells.run_id = budgets.run_id
        and cells.cell_id = budgets.cell_id
        and events.reason = budgets.reason
left join batches on cells.run_id = batches.run_id and cells.cell_id = batches.cell_id
left join failures on cells.run_id = failures.run_id and cells.cell_id = failures.cell_id
order by models.endpoint, cells.cell_id
