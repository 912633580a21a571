-- One row per run x cell x item x repeat: outcome and value under the cell's scorer and unparsed rule.
with answers as (
    select * from marts.fct_generations
),

cells as (
    select * from staging.stg_cells
),

scores as (
    select * from staging.stg_scores
),

members as (
    select * from staging.stg_benchmark_items
),

judged as (
    select
        answers.as_of_date,
        answers.run_id,
        answers.cell_id,
        answers.item_id,
        answers.repeat,
        answers.generation_id,
        answers.model_id,
        answers.benchmark_id,
        answers.benchmark_version,
        answers.prompt_style,
        cells.attack,
        answers.origin,
        members.cluster_id,
        members.subset,
        members.chance_score,
        cells.scorer,
        scores.scorer_version,
        cells.judge_model_id,
        cells.judge_version,
        cells.unparsed_rule,
        case
            when answers.status in ('failed', 'quarantined') then answers.status
            when scores.outcome is null and cells.judge_version is not null then 'judge_error'
            else coalesce(scores.outcome, 'not_run')
        end as outcome,
        case when answers.status in ('failed', 'quarantined') then null else scores.value end as value_parsed,
        scores.answer,
        coalesce(scores.is_refusal, false) as is_refusal,
        case when answers.status not in ('failed', 'quarantined') then scores.refusal_class end as refusal_class,
        coalesce(scores.flags, '') as flags,
        scores.reasoning_characters
    from answers
    inner join cells on answers.run_id = cells.run_id and answers.cell_id = cells.cell_id
    inner join members
        on
            answers.benchmark_id = members.benchmark_id
            and answers.benchmark_version = members.benchmark_version
            and answers.item_id = members.item_id
    left join scores
        on
            answers.generation_id = scores.generation_id
            and cells.scorer = scores.scorer
            and cells.judge_version is not distinct from scores.judge_version
    where answers.status <> 'pending' and cells.recorded_key is null
    -- The verdict of the newest version, or of the version that somebody chose. Each night is sorted by itself, so that
    -- one more night does not sort all nights before it.
    qualify row_number() over (
        partition by answers.as_of_date, answers.run_id, answers.cell_id, answers.item_id, answers.repeat
        order by scores.is_chosen desc, scores.scorer_version desc, scores.scored_at desc
    ) = 1
),

-- Imported scores without texts have one verdict each.
recorded as (
    select
        cells.as_of_date,
        cells.run_id,
        cells.cell_id,
        scores.item_id,
        scores.repeat,
        scores.generation_id,
        cells.model_id,
        cells.benchmark_id,
        cells.benchmark_version,
        cells.prompt_style,
        cells.attack,
        cells.origin,
        members.cluster_id,
        members.subset,
        members.chance_score,
        cells.scorer,
        case when scores.status <> 'failed' then 1 end as scorer_version,
        cells.judge_model_id,
        cells.judge_version,
        cells.unparsed_rule,
        case when scores.status = 'scored_elsewhere' then scores.outcome else scores.status end as outcome,
        case when scores.status = 'scored_elsewhere' then scores.value end as value_parsed,
        scores.outcome = 'refused' as is_refusal,
        case
            when scores.status <> 'scored_elsewhere' then null
            when scores.outcome = 'refused' then 'full_refusal'
            else 'full_compliance'
        end as refusal_class,
        '' as flags
    from staging.stg_recorded_scores as scores
    inner join cells on scores.run_id = cells.run_id and scores.cell_id = cells.cell_id
    inner join members
        on
            cells.benchmark_id = members.benchmark_id
            and cells.benchmark_version = members.benchmark_version
            and scores.item_id = members.item_id
),

whole as (
    select * from judged
    union all by name
    select * from recorded
)

select
    *,
    staging.value_by_rule(outcome, value_parsed, unparsed_rule, chance_score) as value
from whole
