-- One row: how many cells of some benchmarks are to count by a scorer, and how many of them keep the scores that they
-- had, because it has not scored every answer of theirs in this version.
with chosen as (
    select
        cells.run_id,
        cells.cell_id,
        cells.scorer_asked,
        cells.judge_version
    from staging.stg_cells as cells
    left join staging.stg_scorer_choices as choices
        on cells.benchmark_id = choices.benchmark_id and cells.scorer_asked = choices.scorer
    where
        coalesce(choices.counted_scorer, cells.scorer_asked) = $scorer
        and list_contains($benchmarks, cells.benchmark_id)
),

scored as (
    select
        chosen.run_id,
        chosen.cell_id,
        plan.generation_id,
        coalesce(bool_or(scores.scorer = $scorer and scores.scorer_version = $scorer_version), false) as is_scored
    from chosen
    inner join raw.plan on chosen.run_id = plan.run_id and chosen.cell_id = plan.cell_id
    inner join raw.scores
        on
            plan.generation_id = scores.generation_id
            and scores.scorer in (chosen.scorer_asked, $scorer)
            and chosen.judge_version is not distinct from scores.judge_version
    group by chosen.run_id, chosen.cell_id, plan.generation_id
),

cells as (
    select
        run_id,
        cell_id,
        bool_and(is_scored) as is_whole
    from scored
    group by run_id, cell_id
)

select
    count(*) as count_cells,
    count(*) filter (where not is_whole) as count_kept
from cells
