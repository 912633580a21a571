-- One row per comparison with a caution about one of its cells: nearly all answers are the same, many are empty, or
-- another cell has more or fewer items.
with comparisons as (
    select * from marts.comparisons
),

outcomes as (
    select * from marts.cell_outcomes
    where is_whole
),

same_answers as (
    select * from marts.same_answers
),

cells as (
    select
        current_cells.as_of_date,
        current_cells.run_id,
        current_cells.cell_id,
        concat_ws(
            ', ',
            case when same_answers.is_one_answer then 'one_answer' end,
            case when staging.is_often_empty(outcomes.count_empty, outcomes.count_answers) then 'empty_answers' end,
            nullif(current_cells.cautions, '')
        ) as flags
    from marts.current_cells
    left join outcomes on current_cells.run_id = outcomes.run_id and current_cells.cell_id = outcomes.cell_id
    left join same_answers
        on current_cells.run_id = same_answers.run_id and current_cells.cell_id = same_answers.cell_id
)

select
    comparisons.as_of_date,
    comparisons.comparison_id,
    concat_ws(
        ', ',
        nullif(regexp_replace(reference.flags, '(\w+)', '\1_reference', 'g'), ''),
        nullif(regexp_replace(candidate.flags, '(\w+)', '\1_candidate', 'g'), '')
    ) as flags
from comparisons
inner join cells as reference
    on
        comparisons.as_of_date = reference.as_of_date
        and comparisons.reference_run_id = reference.run_id
        and comparisons.reference_cell_id = reference.cell_id
inner join cells as candidate
    on
        comparisons.as_of_date = candidate.as_of_date
        and comparisons.candidate_run_id = candidate.run_id
        and comparisons.candidate_cell_id = candidate.cell_id
where reference.flags <> '' or candidate.flags <> ''
