-- One row per answer that one scorer has not scored yet: in the cells whose own it is, or in those of a benchmark.
select
    plan.cell_id,
    $scorer as scorer,
    plan.item_id,
    items.question,
    items.choices_json,
    items.target,
    generations.generation_id,
    generations.status,
    generations.finish_reason,
    generations.text,
    generations.refusal_text,
    generations.first_token_json,
    -- A scorer that reads facts of another kind is not one that scores a text again.
    null::varchar as facts_json,
    null::varchar as judge_version
from raw.plan
inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
inner join raw.generations on plan.generation_id = generations.generation_id
inner join raw.items on plan.item_id = items.item_id
left join raw.scores
    on
        generations.generation_id = scores.generation_id
        and scores.scorer = $scorer
        and scores.scorer_version = $scorer_version
        and scores.scorer_config_hash = $scorer_config_hash
where
    ($run_id::varchar is null or plan.run_id = $run_id)
    and (cells.benchmark_id = $benchmark_id or ($benchmark_id::varchar is null and cells.scorer = $scorer))
    and generations.status <> 'scored_elsewhere'
    and scores.generation_id is null
-- A reused answer stands in several runs.
qualify row_number() over (partition by generations.generation_id order by plan.run_id) = 1
