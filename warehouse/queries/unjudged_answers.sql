-- One row per answer of a run's plan x order in which its cell's judge has not graded it yet.
with wanted as (
    select * from wanted_rubrics
),

-- Materialised, so that only the texts of these are read.
waiting as materialized (
    select distinct
        plan.cell_id,
        cells.judge_version,
        cells.benchmark_id,
        cells.scorer,
        plan.item_id,
        plan.generation_id,
        wanted.judge_order
    from raw.cells
    inner join wanted on cells.scorer = wanted.scorer
    inner join raw.plan on cells.run_id = plan.run_id and cells.cell_id = plan.cell_id
    where
        cells.run_id = $run_id
        and cells.judge_version is not null
        and not exists (
            select grades.answer_generation_id
            from staging.stg_grades as grades
            where
                plan.generation_id = grades.answer_generation_id
                and wanted.rubric = grades.rubric
                and wanted.rubric_version = grades.rubric_version
                and cells.judge_version = grades.judge_version
                and wanted.judge_order = grades.judge_order
        )
        and plan.generation_id not in (select quarantine.generation_id from raw.quarantine)
        -- Nobody pays a judge for a cell that is left out.
        and plan.cell_id not in (
            select events.cell_id
            from staging.stg_newest_cell_events as events
            where events.run_id = $run_id and events.status in ('left_out', 'failed')
        )
)

select
    waiting.cell_id,
    waiting.judge_version,
    waiting.benchmark_id,
    waiting.scorer,
    waiting.item_id,
    items.question,
    items.target,
    waiting.generation_id,
    generations.text,
    generations.reasoning_text,
    generations.parameters_json,
    generations.finish_reason,
    waiting.judge_order
from waiting
inner join raw.generations on waiting.generation_id = generations.generation_id
inner join raw.items on waiting.item_id = items.item_id
where generations.status = 'answered' and generations.texts_removed_at is null
order by waiting.cell_id, waiting.item_id, waiting.generation_id, waiting.judge_order
