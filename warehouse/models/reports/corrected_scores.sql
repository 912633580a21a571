-- One row per date x cell of which people labelled some answers.
select
    cells.as_of_date,
    cells.run_id,
    cells.cell_id,
    cells.model_id,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.scorer,
    cells.judge_model_id,
    cells.judge_version,
    cells.origin = 'simulated' as is_simulated,
    corrected.estimate as corrected_score,
    corrected.low as corrected_score_low,
    corrected.high as corrected_score_high,
    corrected.standard_error,
    corrected.weight,
    corrected.scorer_only,
    corrected.people_only,
    corrected.people_only_standard_error,
    corrected.count_labelled,
    corrected.count_others,
    corrected.reason
from stats.corrected
inner join marts.current_cells as cells
    on corrected.as_of_date = cells.as_of_date and corrected.subject_id = cells.cell_key
