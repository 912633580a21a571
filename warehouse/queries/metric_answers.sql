-- One row per answer of the cells of some dates whose metric is not a mean over items: those of some scorers, and
-- programs that were asked for more than once under one wording of the instruction, which `count_repeats` counts. A
-- text is read where the metric is one of texts.
with cells as materialized (
    select
        current_cells.as_of_date,
        current_cells.cell_key,
        current_cells.run_id,
        current_cells.cell_id,
        current_cells.scorer,
        current_cells.count_repeats // current_cells.count_templates as count_repeats
    from marts.current_cells
    inner join marts.dim_benchmark as benchmarks
        on
            current_cells.benchmark_id = benchmarks.benchmark_id
            and current_cells.benchmark_version = benchmarks.benchmark_version
    where
        current_cells.as_of_date in (select unnest($dates::date[]))
        and (
            current_cells.scorer in (select unnest($scorers::varchar[]))
            or (
                starts_with(benchmarks.metric, 'pass_at_')
                and current_cells.count_repeats > current_cells.count_templates
            )
        )
),

answers as materialized (
    select
        cells.as_of_date,
        cells.cell_key,
        cells.scorer,
        cells.count_repeats,
        scores.generation_id,
        scores.item_id,
        scores.cluster_id,
        scores.subset,
        scores.repeat,
        scores.repeat // cells.count_repeats as template,
        scores.value,
        scores.answer
    from cells
    inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
    where scores.value is not null
),

texts as (
    select
        generation_id,
        text,
        reasoning_text,
        finish_reason,
        parameters_json
    from raw.generations
    where
        generation_id in (
            select answers.generation_id
            from answers
            where answers.scorer in (select unnest($text_scorers::varchar[]))
        )
)

select
    answers.as_of_date,
    answers.cell_key,
    answers.scorer,
    answers.count_repeats,
    answers.item_id,
    answers.cluster_id,
    answers.subset,
    answers.template,
    answers.value,
    answers.answer,
    items.target,
    texts.text,
    texts.reasoning_text,
    texts.finish_reason,
    texts.parameters_json
from answers
left join raw.items on answers.item_id = items.item_id
left join texts on answers.generation_id = texts.generation_id
order by answers.as_of_date, answers.cell_key, answers.cluster_id, answers.item_id, answers.repeat
