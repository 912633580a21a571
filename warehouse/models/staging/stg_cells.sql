-- One row per run x cell, with the newest word on how it ended and the scorer that it counts by.
with cells as (
    select * from raw.cells
),

runs as (
    select * from staging.stg_runs
),

choices as (
    select
        cells.run_id,
        cells.cell_id,
        cells.scorer,
        cells.judge_version,
        stg_scorer_choices.counted_scorer
    from cells
    inner join staging.stg_scorer_choices
        on cells.benchmark_id = stg_scorer_choices.benchmark_id and cells.scorer = stg_scorer_choices.scorer
    where stg_scorer_choices.counted_scorer <> cells.scorer
),

-- A choice counts if the chosen scorer has scored every answer that the cell's own scorer has scored.
counted as (
    select
        choices.run_id,
        choices.cell_id,
        choices.counted_scorer
    from choices
    inner join raw.plan on choices.run_id = plan.run_id and choices.cell_id = plan.cell_id
    inner join raw.scores
        on
            plan.generation_id = scores.generation_id
            and scores.scorer in (choices.scorer, choices.counted_scorer)
            and choices.judge_version is not distinct from scores.judge_version
    group by choices.run_id, choices.cell_id, choices.counted_scorer
    having
        count(distinct scores.generation_id)
        = count(distinct scores.generation_id) filter (where scores.scorer = choices.counted_scorer)
)

select
    cells.run_id,
    cells.cell_id,
    runs.as_of_date,
    runs.kind as run_kind,
    runs.started_at as run_started_at,
    cells.model_id,
    cells.model_version,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.is_primary_style,
    cells.attack,
    coalesce(counted.counted_scorer, cells.scorer) as scorer,
    cells.scorer as scorer_asked,
    cells.judge_model_id,
    cells.judge_version,
    cells.unparsed_rule,
    cells.origin,
    cells.count_items,
    cells.count_repeats,
    coalesce(cells.count_templates, 1) as count_templates,
    cells.sample_hash,
    cells.parameters_json,
    cells.recorded_key,
    coalesce(events.status, 'incomplete') as status,
    case when events.status is null then 'not finished' else events.reason end as reason
from cells
inner join runs on cells.run_id = runs.run_id
left join staging.stg_newest_cell_events as events on cells.run_id = events.run_id and cells.cell_id = events.cell_id
left join counted on cells.run_id = counted.run_id and cells.cell_id = counted.cell_id
