-- One row per run x cell x pair of scorings (scorer, version, parameters): what the later one changed.
-- Means are rounded to 12 digits. DuckDB adds in parallel, which changes the last digits, and equal facts must give
-- equal tables.
with cells as (
    select * from staging.stg_cells
),

answers as (
    select * from marts.fct_generations
    where quarantine_reason is null
),

-- Nearly all cells were scored once. Their answers are left out here, before the larger joins.
scorings as (
    select
        answers.as_of_date,
        answers.run_id,
        answers.cell_id,
        scores.scorer,
        scores.scorer_version,
        scores.scorer_config_hash,
        min(scores.scored_at) as scored_at
    from answers
    inner join raw.scores on answers.generation_id = scores.generation_id
    group by
        answers.as_of_date,
        answers.run_id,
        answers.cell_id,
        scores.scorer,
        scores.scorer_version,
        scores.scorer_config_hash
    qualify count(*) over (partition by answers.as_of_date, answers.run_id, answers.cell_id) > 1
),

scored as (
    select
        scorings.*,
        answers.generation_id,
        scores.outcome,
        staging.value_by_rule(scores.outcome, scores.value, cells.unparsed_rule, members.chance_score) as value
    from scorings
    inner join cells on scorings.run_id = cells.run_id and scorings.cell_id = cells.cell_id
    inner join answers
        on
            scorings.as_of_date = answers.as_of_date
            and scorings.run_id = answers.run_id
            and scorings.cell_id = answers.cell_id
    inner join raw.scores
        on
            answers.generation_id = scores.generation_id
            and scorings.scorer = scores.scorer
            and scorings.scorer_version = scores.scorer_version
            and scorings.scorer_config_hash = scores.scorer_config_hash
    inner join staging.stg_benchmark_items as members
        on
            answers.benchmark_id = members.benchmark_id
            and answers.benchmark_version = members.benchmark_version
            and answers.item_id = members.item_id
),

rescored as (
    select
        as_of_date,
        run_id,
        cell_id,
        list({
            'scored_at': scored_at,
            'scorer': scorer,
            'scorer_version': scorer_version,
            'scorer_config_hash': scorer_config_hash,
            'value': value,
            'outcome': outcome
        }) as scorings
    from scored
    group by as_of_date, run_id, cell_id, generation_id
    having count(*) > 1
),

earlier_ones as (
    select
        *,
        unnest(scorings) as earlier
    from rescored
),

pairs as (
    select
        * exclude (scorings),
        unnest(scorings) as later
    from earlier_ones
),

compared as (
    select
        pairs.as_of_date,
        pairs.run_id,
        pairs.cell_id,
        earlier.scorer as scorer_old,
        earlier.scorer_version as scorer_version_old,
        earlier.scorer_config_hash as scorer_config_hash_old,
        earlier.scored_at as scored_old_at,
        later.scorer as scorer_new,
        later.scorer_version as scorer_version_new,
        later.scorer_config_hash as scorer_config_hash_new,
        later.scored_at as scored_new_at,
        earlier.value as value_old,
        later.value as value_new,
        earlier.outcome as outcome_old,
        later.outcome as outcome_new
    from pairs
    where
        (earlier.scored_at, earlier.scorer, earlier.scorer_version, earlier.scorer_config_hash)
        < (later.scored_at, later.scorer, later.scorer_version, later.scorer_config_hash)
),

counted as (
    select
        as_of_date,
        run_id,
        cell_id,
        scorer_old,
        scorer_version_old,
        scorer_config_hash_old,
        scored_old_at,
        scorer_new,
        scorer_version_new,
        scorer_config_hash_new,
        scored_new_at,
        count(*) as count_answers,
        round(avg(value_old), 12) as score_old,
        round(avg(value_new), 12) as score_new,
        count_if(value_new > value_old) as count_raised,
        count_if(value_new < value_old) as count_lowered,
        count_if(outcome_new <> outcome_old) as count_other_outcome
    from compared
    group by all
)

select
    cells.as_of_date,
    cells.run_id,
    cells.cell_id,
    cells.model_id,
    cells.benchmark_id,
    cells.benchmark_version,
    cells.prompt_style,
    cells.origin,
    counted.scorer_old,
    counted.scorer_version_old,
    counted.scorer_config_hash_old,
    counted.scored_old_at,
    counted.scorer_new,
    counted.scorer_version_new,
    counted.scorer_config_hash_new,
    counted.scored_new_at,
    counted.scorer_new = cells.scorer
    and counted.scorer_version_new = coalesce(choices.counted_version, counted.scorer_version_new) as is_counted,
    counted.count_answers,
    counted.score_old,
    counted.score_new,
    counted.score_new - counted.score_old as change,
    counted.count_raised,
    counted.count_lowered,
    counted.count_other_outcome
from counted
inner join cells
    on
        counted.as_of_date = cells.as_of_date
        and counted.run_id = cells.run_id
        and counted.cell_id = cells.cell_id
left join staging.stg_scorer_choices as choices
    on
        cells.benchmark_id = choices.benchmark_id
        and cells.scorer_asked = choices.scorer
        and cells.scorer = choices.counted_scorer
