-- One row per complete cell of a run: how the scores of its good answers agree with its plan and the limits.
with cells as (
    select cells.*
    from raw.cells
    inner join staging.stg_newest_cell_events as events
        on cells.run_id = events.run_id and cells.cell_id = events.cell_id
    where cells.run_id = $run_id and events.status = 'complete'
),

facts as (
    select generation_id from raw.executions
    union
    select judgments.answer_generation_id
    from raw.judgments
    inner join raw.generations on judgments.generation_id = generations.generation_id
),

good as (
    select
        plan.cell_id,
        cells.scorer,
        cells.judge_version,
        plan.generation_id,
        (cells.scorer in (select unnest($fact_scorers::varchar[])) and facts.generation_id is null)
        or (
            cells.scorer in (select unnest($first_token_scorers::varchar[]))
            and generations.first_token_json is null
        ) as lacks_facts
    from raw.plan
    inner join cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    inner join raw.generations on plan.generation_id = generations.generation_id
    left join facts on plan.generation_id = facts.generation_id
    where
        generations.status in ('answered', 'filtered', 'scored_elsewhere')
        and plan.generation_id not in (select quarantine.generation_id from raw.quarantine)
),

newest as (
    select
        good.cell_id,
        good.generation_id,
        good.lacks_facts,
        good.judge_version,
        scores.outcome,
        scores.value,
        scores.flags
    from good
    left join raw.scores
        on
            good.generation_id = scores.generation_id
            and good.scorer = scores.scorer
            and good.judge_version is not distinct from scores.judge_version
    qualify rank() over (
        partition by good.cell_id, good.generation_id
        order by scores.scorer_version desc, scores.scored_at desc
    ) = 1
),

counted as (
    select
        cell_id,
        count(distinct generation_id) as count_good,
        count_if(outcome is null and not lacks_facts and judge_version is null) as count_unscored,
        count_if(outcome is null and lacks_facts and judge_version is null)::bigint as count_waiting,
        count(*) - count(distinct generation_id) as count_with_several_newest,
        count_if(outcome = 'unparsed') as count_unparsed,
        count_if(list_has_any(
            string_split(coalesce(flags, ''), ','), ['empty', 'reasoning_only', 'unclosed_reasoning']
        )) as count_empty,
        count_if(outcome = 'judge_error' or (outcome is null and judge_version is not null)) as count_judge_error,
        count_if(not coalesce(case outcome
            when 'correct' then value = 1
            when 'partial' then value > 0 and value < 1
            when 'unparsed' then value is null
            when 'judge_error' then value is null
            when 'not_run' then value is null
            else value = 0
        end, false)) filter (where outcome is not null) as count_contradictory
    from newest
    group by cell_id
    union all by name
    -- Imported scores without texts are all scored, and their table refuses what contradicts itself.
    select
        cells.cell_id,
        count(*) as count_good,
        0 as count_unscored,
        0 as count_waiting,
        0 as count_with_several_newest,
        count_if(scores.outcome = 'unparsed') as count_unparsed,
        0 as count_empty,
        count_if(scores.outcome = 'judge_error') as count_judge_error,
        0 as count_contradictory
    from staging.stg_recorded_scores as scores
    inner join cells on scores.run_id = cells.run_id and scores.cell_id = cells.cell_id
    where scores.status = 'scored_elsewhere'
    group by cells.cell_id
),

foreign_items as (
    select
        plan.cell_id,
        count(*) as count_foreign_items
    from staging.stg_planned as plan
    inner join cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    left join staging.stg_benchmark_items as members
        on
            cells.benchmark_id = members.benchmark_id
            and cells.benchmark_version = members.benchmark_version
            and plan.item_id = members.item_id
    where members.item_id is null
    group by plan.cell_id
)

select
    cells.cell_id as subject,
    counted.count_unscored,
    counted.count_waiting,
    counted.count_with_several_newest,
    counted.count_contradictory,
    counted.count_unparsed / counted.count_good as rate_unparsed,
    counted.count_empty / counted.count_good as rate_empty,
    counted.count_judge_error / counted.count_good as rate_judge_error,
    coalesce(foreign_items.count_foreign_items, 0) as count_foreign_items
from cells
left join counted on cells.cell_id = counted.cell_id
left join foreign_items on cells.cell_id = foreign_items.cell_id
order by cells.cell_id
