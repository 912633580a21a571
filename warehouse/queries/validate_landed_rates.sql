-- One row per cell of a run whose answers have all landed: how many of them count, and what became of the others.
with cells as (
    select
        cells.cell_id,
        cells.scorer in (select unnest($opening_scorers::varchar[])) as is_opening_enough
    from raw.cells
    inner join staging.stg_newest_cell_events as events
        on cells.run_id = events.run_id and cells.cell_id = events.cell_id
    where cells.run_id = $run_id and events.status in ('complete', 'left_out')
),

failed as (
    select distinct generation_id
    from raw.failures
    where run_id = $run_id
),

quarantined as (
    select distinct generation_id
    from raw.quarantine
),

answers as (
    select
        plan.cell_id,
        plan.is_scored_elsewhere or generations.generation_id is not null as is_answered,
        quarantined.generation_id is not null as is_quarantined,
        not is_answered and (plan.is_failed_elsewhere or failed.generation_id is not null) as is_failed,
        generations.status = 'filtered' as is_filtered,
        -- who asks for the alternatives of the first token asks for one token, and every answer ends at that limit
        not contains(generations.parameters_json, '"top_logprobs"') and not cells.is_opening_enough as is_end_wanted,
        generations.finish_reason
    from staging.stg_planned as plan
    inner join cells on plan.cell_id = cells.cell_id
    left join raw.generations on plan.generation_id = generations.generation_id
    left join failed on plan.generation_id = failed.generation_id
    left join quarantined on plan.generation_id = quarantined.generation_id
    where plan.run_id = $run_id
),

counted as (
    select
        cell_id,
        count(*) as count_planned,
        count_if(is_answered) as count_answered,
        count_if(is_answered and not is_quarantined) as count_good,
        count_if(is_failed) as count_failed,
        count_if(is_answered and is_quarantined) as count_quarantined,
        count_if(is_filtered) as count_filtered,
        count_if(is_end_wanted and finish_reason = 'length') as count_truncated,
        count_if(is_end_wanted and finish_reason = 'unknown') as count_unknown_finish
    from answers
    group by cell_id
)

select
    cell_id as subject,
    count_good,
    count_failed / count_planned as rate_failed,
    count_quarantined / nullif(count_answered, 0) as rate_quarantined,
    count_filtered / nullif(count_answered, 0) as rate_filtered,
    count_truncated / nullif(count_answered, 0) as rate_truncated,
    count_unknown_finish / nullif(count_answered, 0) as rate_unknown_finish
from counted
order by cell_id
