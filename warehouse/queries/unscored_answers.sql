-- One row per answer of a run's plan that its cell's scorer has not scored in the wanted version, with the facts about
-- the answer that the scorer reads, if it reads any.
with wanted as (
    select * from wanted_scorers
),

voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
),

-- The newest answer of a judge in each order; its detail is how it ended.
graded as (
    select
        judgments.answer_generation_id,
        concat(judgments.rubric, '@', judgments.rubric_version) as rule,
        judgments.judge_version,
        judgments.judge_order,
        coalesce(generations.text, '') as finding,
        concat_ws(' ', generations.status, generations.finish_reason) as detail
    from raw.judgments
    inner join raw.generations on judgments.generation_id = generations.generation_id
    where generations.run_id not in (select voided.run_id from voided)
    qualify row_number() over (
        partition by
            judgments.answer_generation_id, judgments.rubric, judgments.rubric_version, judgments.judge_version,
            judgments.judge_order
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
    plan.cell_id,
    cells.scorer,
    cells.judge_version,
    plan.item_id,
    items.question,
    items.choices_json,
    items.target,
    generations.generation_id,
    generations.status,
    generations.finish_reason,
    generations.text,
    generations.first_token_json,
    generations.refusal_text,
    known_facts.facts_json
from raw.plan
inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
inner join raw.generations on plan.generation_id = generations.generation_id
inner join raw.items on plan.item_id = items.item_id
inner join wanted
    on cells.scorer = wanted.scorer and cells.judge_version is not distinct from wanted.judge_version
left join raw.scores
    on
        generations.generation_id = scores.generation_id
        and wanted.scorer = scores.scorer
        and wanted.scorer_version = scores.scorer_version
        and wanted.scorer_config_hash = scores.scorer_config_hash
left join known_facts
    on
        generations.generation_id = known_facts.generation_id
        and wanted.fact_kind = known_facts.kind
        and wanted.fact_rule = known_facts.rule
        and wanted.judge_version is not distinct from known_facts.judge_version
where
    plan.run_id = $run_id
    and generations.status <> 'scored_elsewhere'
    and scores.generation_id is null
