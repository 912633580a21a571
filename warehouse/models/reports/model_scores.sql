-- One row per date x model x benchmark x prompt style x subset, for every cell evaluated that day or compared with one.
with cells as (
    select * from marts.current_cells
),

compared as (
    select
        as_of_date,
        reference_run_id as run_id,
        reference_cell_id as cell_id
    from marts.comparisons
    union distinct
    select
        as_of_date,
        candidate_run_id as run_id,
        candidate_cell_id as cell_id
    from marts.comparisons
),

outcomes as (
    select * from marts.cell_outcomes
),

benchmarks as (
    select * from marts.dim_benchmark
),

models as (
    select * from marts.dim_model
),

same_answers as (
    select * from marts.same_answers
),

estimates as (
    select * from stats.estimates
    where statistic = 'model_score'
)

select
    ---------- ids
    cells.as_of_date,
    cells.run_id,
    cells.cell_id,
    cells.model_id,
    models.family,
    models.stage,
    models.method,
    models.knob_name,
    models.knob_value,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.attack,
    benchmarks.domain,
    benchmarks.dimension,
    benchmarks.metric,
    benchmarks.higher_is_better,
    cells.prompt_style,
    cells.is_primary_style,
    outcomes.subset,
    cells.scorer,
    outcomes.scorer_version,
    cells.judge_model_id,
    cells.judge_version,
    cells.unparsed_rule,
    ---------- the score
    outcomes.score,
    estimates.low as score_low,
    estimates.high as score_high,
    estimates.standard_error,
    estimates.method as se_method,
    estimates.count_clusters,
    benchmarks.chance_score,
    ---------- what it rests on
    outcomes.count_items,
    outcomes.count_answers,
    outcomes.count_scored / outcomes.count_answers as coverage,
    outcomes.count_correct,
    outcomes.count_partial,
    outcomes.count_incorrect,
    outcomes.count_refused,
    outcomes.count_filtered,
    outcomes.count_truncated,
    outcomes.count_unparsed,
    outcomes.count_failed,
    outcomes.count_judge_error,
    outcomes.count_not_run,
    outcomes.count_quarantined,
    ---------- what is odd about them
    outcomes.count_empty,
    outcomes.count_empty / outcomes.count_answers as rate_empty,
    outcomes.count_reasoning_only,
    outcomes.count_unclosed_reasoning,
    outcomes.count_unknown_finish,
    outcomes.count_template_markup,
    outcomes.count_senseless,
    outcomes.count_unread,
    outcomes.mean_reasoning_characters,
    ---------- where it comes from
    cells.evaluated_date,
    cells.origin,
    cells.origin = 'simulated' as is_simulated,
    nullif(
        concat_ws(
            ', ',
            estimates.flags,
            case when same_answers.is_one_answer then 'one_answer' end,
            case when staging.is_often_empty(outcomes.count_empty, outcomes.count_answers) then 'empty_answers' end
        ), ''
    ) as flags,
    estimates.reason
from cells
inner join outcomes on cells.run_id = outcomes.run_id and cells.cell_id = outcomes.cell_id
inner join benchmarks
    on cells.benchmark_id = benchmarks.benchmark_id and cells.benchmark_version = benchmarks.benchmark_version
left join models on cells.model_id = models.model_id
left join compared
    on
        cells.as_of_date = compared.as_of_date
        and cells.run_id = compared.run_id
        and cells.cell_id = compared.cell_id
left join same_answers on cells.run_id = same_answers.run_id and cells.cell_id = same_answers.cell_id
left join estimates
    on
        cells.as_of_date = estimates.as_of_date
        and cells.cell_key = estimates.subject_id
        and outcomes.subset = estimates.subset
where cells.evaluated_date = cells.as_of_date or compared.run_id is not null
