-- One row per run x cell x judge's answer about an answer of the cell's plan.
-- A judgment that several answers share has one row, that of the first answer in the order of their keys.
with plan as (
    select * from raw.plan
),

cells as (
    select * from staging.stg_cells
    where judge_version is not null
),

judgments as (
    select * from raw.judgments
),

generations as (
    select * from raw.generations
    where role = 'judge'
)

select
    ---------- ids
    cells.as_of_date,
    plan.run_id,
    plan.cell_id,
    plan.item_id,
    plan.repeat,
    plan.generation_id as answer_generation_id,
    judgments.generation_id,
    cells.benchmark_id,
    cells.origin,
    ---------- who was asked what
    judgments.judge_model_id,
    judgments.judge_version,
    judgments.rubric,
    judgments.rubric_version,
    judgments.judge_order,
    generations.model_served as judge_served,
    ---------- what came of it
    generations.finished_at as answered_at,
    generations.status,
    generations.finish_reason,
    generations.tokens_input,
    generations.tokens_output,
    generations.cost_usd,
    generations.latency_ms
from plan
inner join cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
inner join judgments
    on plan.generation_id = judgments.answer_generation_id and cells.judge_version = judgments.judge_version
left join generations on judgments.generation_id = generations.generation_id
qualify row_number() over (
    partition by plan.run_id, judgments.generation_id
    order by plan.cell_id, plan.item_id, plan.repeat
) = 1
