-- One row per answer of a role that was asked before a time and whose texts nothing needs any more. Scores and their
-- tables do not. An import counts from when it was imported.
with aged as (
    select
        generations.generation_id,
        generations.run_id,
        generations.parent_generation_id,
        length(generations.text) as count_characters
    from raw.generations
    left join raw.runs on generations.run_id = runs.run_id
    where
        generations.role = $role
        and generations.status <> 'scored_elsewhere'
        and generations.texts_removed_at is null
        and greatest(generations.finished_at, runs.started_at) < $before::timestamptz
),

-- Answers that a cell has not scored yet, and those whose metric is computed from texts each time.
needed as (
    select plan.generation_id
    from raw.plan
    inner join raw.cells on plan.run_id = cells.run_id and plan.cell_id = cells.cell_id
    left join raw.scores
        on
            plan.generation_id = scores.generation_id
            and cells.scorer = scores.scorer
            and cells.judge_version is not distinct from scores.judge_version
    where
        cells.scorer in (select unnest($text_scorers::varchar[]))
        or (
            scores.generation_id is null
            and plan.generation_id not in (select quarantine.generation_id from raw.quarantine)
        )
    union all
    -- What a judge said of an answer, and what a part said, is needed as long as the answer's own text.
    select judgments.generation_id
    from raw.judgments
    inner join raw.generations as answers on judgments.answer_generation_id = answers.generation_id
    where answers.texts_removed_at is null
    union all
    select parts.generation_id
    from raw.generations as parts
    left join raw.generations as answers on parts.parent_generation_id = answers.generation_id
    where parts.role = 'part' and answers.texts_removed_at is null
)

select
    aged.generation_id,
    aged.run_id,
    coalesce(aged.count_characters, 0) as count_characters
from aged
anti join needed on aged.generation_id = needed.generation_id
order by aged.run_id
