-- One row per cell of a run: how its answers agree with its plan and with each other.
with cells as (
    select * from raw.cells
    where run_id = $run_id
),

newest_event as (
    select
        cell_id,
        status
    from staging.stg_newest_cell_events
    where run_id = $run_id
),

failed as (
    select distinct generation_id
    from raw.failures
    where run_id = $run_id
),

standing as (
    select
        plan.generation_id,
        cells.benchmark_id,
        count(*) as count_places
    from raw.plan
    inner join cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    group by plan.generation_id, cells.benchmark_id
),

answers as (
    select
        plan.cell_id,
        plan.item_id,
        plan.repeat,
        generations.generation_id is not null as is_answered,
        generations.generation_id is null and failed.generation_id is not null as is_failed,
        standing.count_places > 1 as is_standing_twice,
        generations.item_id <> plan.item_id
        or generations.repeat <> plan.repeat
        or generations.request_hash <> plan.request_hash as is_of_other_request,
        generations.model_served,
        generations.parameters_json
    from raw.plan
    inner join cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    inner join standing
        on plan.generation_id = standing.generation_id and cells.benchmark_id = standing.benchmark_id
    left join raw.generations on plan.generation_id = generations.generation_id
    left join failed on plan.generation_id = failed.generation_id
    where plan.run_id = $run_id
),

counted as (
    select
        cell_id,
        count(*) as count_planned,
        count(*) - count(distinct concat_ws('|', item_id, repeat)) as count_planned_twice,
        count_if(is_answered) as count_answered,
        count_if(is_failed) as count_failed,
        count_if(is_standing_twice) as count_standing_twice,
        count_if(is_of_other_request) as count_of_other_requests,
        count(distinct model_served) as count_served_models
    from answers
    group by cell_id
    union all by name
    -- Imported scores without texts have no requests, and their table holds each item and repeat once.
    select
        cell_id,
        count(*) as count_planned,
        0 as count_planned_twice,
        count_if(status <> 'failed') as count_answered,
        count_if(status = 'failed') as count_failed,
        0 as count_standing_twice,
        0 as count_of_other_requests,
        0 as count_served_models
    from staging.stg_recorded_scores
    where run_id = $run_id
    group by cell_id
),

-- Repeats differ by their seed only. Equal spellings are taken together first, so that few of them are parsed.
spelled as (
    select distinct
        cell_id,
        parameters_json
    from answers
    where parameters_json is not null
),

parameter_sets as (
    select
        cell_id,
        count(distinct json_merge_patch(parameters_json::json, '{"seed": null}'::json)) as count_parameter_sets
    from spelled
    group by cell_id
)

select
    cells.cell_id as subject,
    counted.count_planned_twice,
    counted.count_standing_twice,
    counted.count_of_other_requests,
    counted.count_served_models,
    parameter_sets.count_parameter_sets,
    case
        when newest_event.status = 'complete'
            then abs(cells.count_items * cells.count_repeats - coalesce(counted.count_planned, 0))
    end as count_unplanned,
    case
        when newest_event.status = 'complete'
            then counted.count_planned - counted.count_answered - counted.count_failed
    end as count_unaccounted
from cells
left join counted on cells.cell_id = counted.cell_id
left join parameter_sets on cells.cell_id = parameter_sets.cell_id
left join newest_event on cells.cell_id = newest_event.cell_id
order by cells.cell_id
