-- One row per answer of a run's plan that its cell's scorer has not scored in the wanted version.
with wanted as (
    select * from wanted_scorers
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
    generations.refusal_text
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
where
    plan.run_id = $run_id
    and generations.status <> 'scored_elsewhere'
    and scores.generation_id is null
