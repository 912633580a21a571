-- One row per answer x wanted scorer that has not scored it, with the facts about the answer that the scorer reads, if
-- it reads any: of one run or of all, in the cells whose own scorer it is, or in all cells of a benchmark.
with wanted as (
    select * from wanted_scorers
),

scored_cells as (
    select
        cells.run_id,
        cells.cell_id,
        wanted.*
    from raw.cells
    inner join wanted
        on
            (cells.scorer = wanted.scorer or cells.benchmark_id = $benchmark_id)
            and wanted.judge_version is not distinct from
            case when wanted.fact_kind = 'judgment' then cells.judge_version end
    where
        ($run_id::varchar is null or cells.run_id = $run_id)
        and ($benchmark_id::varchar is null or cells.benchmark_id = $benchmark_id)
),

-- How often a program was run: each time after the first gives a score of its own, beside the one before.
executed as (
    select
        generation_id,
        runner,
        '+' || (count(*) - 1) as repetition
    from raw.executions
    group by generation_id, runner
    having count(*) > 1
),

planned as (
    select
        plan.generation_id,
        plan.item_id,
        scored_cells.* exclude (run_id, cell_id),
        concat(scored_cells.scorer_config_hash, executed.repetition) as score_hash
    from raw.plan
    inner join scored_cells on plan.run_id = scored_cells.run_id and plan.cell_id = scored_cells.cell_id
    left join executed on plan.generation_id = executed.generation_id and scored_cells.fact_rule = executed.runner
),

-- Once per answer: a reused one stands in several runs. Materialised, so that only the texts of these are read.
unscored as materialized (
    select distinct
        planned.generation_id,
        planned.item_id,
        planned.scorer,
        planned.scorer_version,
        planned.scorer_config_hash,
        planned.fact_kind,
        planned.fact_rule,
        planned.judge_version
    from planned
    where not exists (
        select scores.generation_id
        from raw.scores
        where
            planned.generation_id = scores.generation_id
            and planned.scorer = scores.scorer
            and planned.scorer_version = scores.scorer_version
            and planned.score_hash = scores.scorer_config_hash
    )
),

-- The newest answer of a judge in each order; its detail is how it ended.
graded as (
    select
        grades.answer_generation_id,
        concat(grades.rubric, '@', grades.rubric_version) as rule,
        grades.judge_version,
        grades.judge_order,
        coalesce(generations.text, '') as finding,
        concat_ws(' ', generations.status, generations.finish_reason) as detail
    from staging.stg_grades as grades
    inner join raw.generations on grades.generation_id = generations.generation_id
    qualify row_number() over (
        partition by
            grades.answer_generation_id, grades.rubric, grades.rubric_version, grades.judge_version,
            grades.judge_order
        order by generations.finished_at desc
    ) = 1
),

facts as (
    select
        generation_id,
        'execution' as kind,
        runner as rule,
        null::varchar as judge_version,
        verdict as finding,
        detail,
        epoch_us(executed_at) as place
    from raw.executions
    union all
    select
        answer_generation_id as generation_id,
        'judgment' as kind,
        rule,
        judge_version,
        finding,
        detail,
        judge_order as place
    from graded
),

known_facts as (
    select
        facts.generation_id,
        facts.kind,
        facts.rule,
        facts.judge_version,
        to_json(list(struct_pack(finding := finding, detail := detail) order by place)) as facts_json
    from facts
    inner join wanted
        on
            facts.kind = wanted.fact_kind
            and facts.rule = wanted.fact_rule
            and facts.judge_version is not distinct from wanted.judge_version
    group by facts.generation_id, facts.kind, facts.rule, facts.judge_version
)

select
    unscored.scorer,
    unscored.judge_version,
    unscored.item_id,
    generations.generation_id,
    generations.status,
    generations.finish_reason,
    generations.text,
    generations.reasoning_text,
    generations.parameters_json,
    generations.first_token_json,
    generations.refusal_text,
    known_facts.facts_json
from unscored
inner join raw.generations on unscored.generation_id = generations.generation_id
left join known_facts
    on
        unscored.generation_id = known_facts.generation_id
        and unscored.fact_kind = known_facts.kind
        and unscored.fact_rule = known_facts.rule
        and unscored.judge_version is not distinct from known_facts.judge_version
where generations.status <> 'scored_elsewhere' and generations.texts_removed_at is null
