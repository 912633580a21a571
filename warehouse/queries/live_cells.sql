-- One row per cell of the newest date, as `newest_cells` says it of a publication: from the facts, built or not.
with cells as (
    select *
    from staging.stg_cells
    qualify
        as_of_date = max(as_of_date) over ()
        and row_number() over (
            partition by as_of_date, model_id, benchmark_id, prompt_style, origin
            order by status = 'complete' desc, count_items desc, run_started_at desc
        ) = 1
),

answers as (
    select
        plan.run_id,
        plan.cell_id,
        plan.is_scored_elsewhere or generations.generation_id is not null as is_there,
        is_there and quarantine.generation_id is null as is_answered,
        not is_there and (plan.is_failed_elsewhere or failures.generation_id is not null) as is_failed,
        is_there and quarantine.generation_id is not null as is_quarantined
    from staging.stg_planned as plan
    inner join cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    left join raw.generations on plan.generation_id = generations.generation_id
    left join staging.stg_failures as failures
        on plan.run_id = failures.run_id and plan.generation_id = failures.generation_id
    left join staging.stg_quarantine as quarantine on plan.generation_id = quarantine.generation_id
),

counted as (
    select
        run_id,
        cell_id,
        count(*) as count_planned,
        count_if(is_answered) as count_answered,
        count_if(is_failed) as count_failed,
        count_if(is_quarantined) as count_quarantined
    from answers
    group by run_id, cell_id
)

select
    cells.model_id,
    cells.benchmark_id,
    cells.prompt_style,
    cells.status,
    coalesce(counted.count_planned, 0) as count_planned,
    coalesce(counted.count_answered, 0) as count_answered,
    coalesce(counted.count_failed, 0) as count_failed,
    coalesce(counted.count_quarantined, 0) as count_quarantined,
    cells.run_id,
    cells.reason
from cells
left join counted on cells.run_id = counted.run_id and cells.cell_id = counted.cell_id
order by cells.run_id, cells.model_id, cells.benchmark_id
