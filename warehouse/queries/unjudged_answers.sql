-- One row per answer of a run's plan x order in which its cell's judge has not graded it yet.
with wanted as (
    select * from wanted_rubrics
),

voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
),

graded as (
    select distinct
        judgments.answer_generation_id,
        judgments.rubric,
        judgments.rubric_version,
        judgments.judge_version,
        judgments.judge_order
    from raw.judgments
    inner join raw.generations on judgments.generation_id = generations.generation_id
    where generations.run_id not in (select voided.run_id from voided)
)

select distinct
    plan.cell_id,
    cells.judge_version,
    cells.benchmark_id,
    cells.scorer,
    plan.item_id,
    items.question,
    items.target,
    generations.generation_id,
    generations.text,
    wanted.judge_order
from raw.plan
inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
inner join wanted on cells.scorer = wanted.scorer
inner join raw.generations on plan.generation_id = generations.generation_id
inner join raw.items on plan.item_id = items.item_id
left join graded
    on
        generations.generation_id = graded.answer_generation_id
        and wanted.rubric = graded.rubric
        and wanted.rubric_version = graded.rubric_version
        and cells.judge_version = graded.judge_version
        and wanted.judge_order = graded.judge_order
where
    plan.run_id = $run_id
    and cells.judge_version is not null
    and generations.status = 'answered'
    and graded.answer_generation_id is null
    and generations.generation_id not in (select quarantine.generation_id from raw.quarantine)
order by plan.cell_id, plan.item_id, generations.generation_id, wanted.judge_order
