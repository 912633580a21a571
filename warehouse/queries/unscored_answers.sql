-- One row per answer of a run's plan that its cell's scorer has not scored in the wanted version, with the facts about
-- the answer that the scorer reads, if it reads any.
with wanted as (
    select * from wanted_scorers
),

facts as (
    select
        generation_id,
        'execution' as kind,
        runner as rule,
        verdict as finding,
        detail,
        executed_at as found_at
    from raw.executions
),

known_facts as (
    select
        facts.generation_id,
        facts.kind,
        facts.rule,
        to_json(list(struct_pack(finding := finding, detail := detail) order by found_at)) as facts_json
    from facts
    inner join wanted on facts.kind = wanted.fact_kind and facts.rule = wanted.fact_rule
    group by facts.generation_id, facts.kind, facts.rule
)

select
    plan.cell_id,
    cells.scorer,
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
inner join wanted on cells.scorer = wanted.scorer
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
where
    plan.run_id = $run_id
    and generations.status <> 'scored_elsewhere'
    and scores.generation_id is null
