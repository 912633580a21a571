-- One row per answer of the cells of some dates x person who labelled it, NULL where nobody did; only cells of which
-- somebody labelled an answer, and comparisons of two texts.
with newest_label as (
    select
        answer_generation_id,
        rubric,
        labeller,
        label
    from raw.labels
    qualify row_number() over (
        partition by answer_generation_id, rubric, labeller
        order by labelled_at desc
    ) = 1
),

-- Few cells have labels, and the answers of all others need not be read.
labelled_cells as (
    select distinct
        scores.run_id,
        scores.cell_id
    from marts.fct_scores as scores
    inner join newest_label on scores.generation_id = newest_label.answer_generation_id
),

answers as (
    select
        cells.as_of_date,
        cells.cell_key,
        cells.model_id,
        cells.benchmark_id,
        cells.benchmark_version,
        cells.origin,
        cells.scorer,
        cells.judge_model_id,
        cells.judge_version,
        scores.item_id,
        scores.cluster_id,
        scores.generation_id,
        scores.outcome,
        scores.value,
        scores.answer,
        scores.is_refusal
    from marts.current_cells as cells
    inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
    where
        cells.as_of_date in (select unnest($dates::date[]))
        and scores.value is not null
        and (
            cells.scorer = 'preferred'
            or (cells.run_id, cells.cell_id) in (select (run_id, cell_id) from labelled_cells)
        )
),

labelled as (
    select
        answers.*,
        newest_label.rubric,
        newest_label.labeller,
        newest_label.label
    from answers
    left join newest_label on answers.generation_id = newest_label.answer_generation_id
)

select *
from labelled
qualify count(label) over (partition by as_of_date, cell_key) > 0 or scorer = 'preferred'
order by as_of_date, cell_key, cluster_id, item_id, generation_id, labeller
