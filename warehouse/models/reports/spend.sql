-- One row per date x model that was asked: what the runs of the date would send, and what was spent for them. Voided
-- runs were paid for as well. What a composite model took is that of its parts.
with runs as (
    select * from raw.runs
),

composites as (
    select
        run_id,
        model_id
    from raw.models
    where provider = 'composite'
),

answers as (
    select * from raw.generations
    where origin <> 'imported'
),

planned as (
    select
        runs.as_of_date,
        plans.model_id,
        sum(plans.count_requests)::bigint as count_requests_planned,
        sum(plans.tokens_input)::bigint as tokens_input_planned,
        sum(plans.tokens_output_at_most)::bigint as tokens_output_planned_at_most,
        case when count(*) = count(plans.cost_usd_at_most) then round(sum(plans.cost_usd_at_most), 12) end
            as cost_usd_planned_at_most
    from raw.spend_plans as plans
    inner join runs on plans.run_id = runs.run_id
    group by runs.as_of_date, plans.model_id
),

asked as (
    select
        answers.run_id,
        answers.model_id,
        answers.attempts as count_requests,
        1 as count_answers,
        answers.tokens_input,
        answers.tokens_output,
        answers.cost_usd,
        answers.cost_usd is null as is_unpriced,
        0 as cost_held_usd
    from answers
    anti join composites on answers.run_id = composites.run_id and answers.model_id = composites.model_id
    union all
    select
        run_id,
        model_id,
        count_requests,
        0 as count_answers,
        tokens_input,
        tokens_output,
        cost_usd,
        false as is_unpriced,
        cost_held_usd
    from raw.extra_spend
),

spent as (
    select
        runs.as_of_date,
        asked.model_id,
        sum(asked.count_requests)::bigint as count_requests,
        sum(asked.count_answers)::bigint as count_answers,
        sum(asked.tokens_input)::bigint as tokens_input,
        sum(asked.tokens_output)::bigint as tokens_output,
        round(sum(asked.cost_usd), 12) as cost_usd,
        count_if(asked.is_unpriced) as count_without_cost,
        round(sum(asked.cost_held_usd), 12) as cost_held_usd
    from asked
    inner join runs on asked.run_id = runs.run_id
    group by runs.as_of_date, asked.model_id
),

reused as (
    select
        runs.as_of_date,
        answers.model_id,
        count(*) as count_reused,
        round(sum(answers.cost_usd), 12) as cost_saved_usd
    from raw.plan as plans
    inner join runs on plans.run_id = runs.run_id
    inner join answers on plans.generation_id = answers.generation_id
    where plans.is_reused
    group by runs.as_of_date, answers.model_id
),

newest_stops as (
    select * from raw.budget_stops
    qualify row_number() over (partition by run_id, cell_id, role order by stopped_at desc) = 1
),

-- A cell that was finished later, or that something else stopped since, was not cut off by the budget.
cut_off as (
    select
        cells.as_of_date,
        stops.model_id,
        string_agg(distinct stops.budget, ', ' order by stops.budget) as stopped_by,
        count(distinct stops.cell_id) as count_cells_stopped,
        sum(stops.count_missing)::bigint as count_missing
    from newest_stops as stops
    inner join staging.stg_cells as cells
        on
            stops.run_id = cells.run_id
            and stops.cell_id = cells.cell_id
            and cells.status = 'incomplete'
            and stops.reason = cells.reason
    group by cells.as_of_date, stops.model_id
),

parts as (
    select * from planned
    union all by name
    select * from spent
    union all by name
    select * from reused
    union all by name
    select * from cut_off
)

select
    as_of_date,
    model_id,
    ---------- planned
    any_value(count_requests_planned) as count_requests_planned,
    any_value(tokens_input_planned) as tokens_input_planned,
    any_value(tokens_output_planned_at_most) as tokens_output_planned_at_most,
    any_value(cost_usd_planned_at_most) as cost_usd_planned_at_most,
    ---------- spent
    coalesce(any_value(count_requests), 0) as count_requests,
    coalesce(any_value(count_answers), 0) as count_answers,
    any_value(tokens_input) as tokens_input,
    any_value(tokens_output) as tokens_output,
    any_value(cost_usd) as cost_usd,
    coalesce(any_value(count_without_cost), 0) as count_without_cost,
    coalesce(any_value(cost_held_usd), 0) as cost_held_usd,
    ---------- saved
    coalesce(any_value(count_reused), 0) as count_reused,
    any_value(cost_saved_usd) as cost_saved_usd,
    ---------- cut off
    any_value(stopped_by) as stopped_by,
    coalesce(any_value(count_cells_stopped), 0) as count_cells_stopped,
    coalesce(any_value(count_missing), 0) as count_missing
from parts
group by as_of_date, model_id
