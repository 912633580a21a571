-- One row per answer of a run's plan whose cell's scorer reads an execution that is not there yet: of all benchmarks or
-- of one. With $since, executions before it do not count. A time-out of another run never does: it may have been busy.
with wanted as (
    select * from wanted_runners
),

-- Materialised, so that only the texts of these are read.
waiting as materialized (
    select
        cells.scorer,
        plan.item_id,
        plan.generation_id
    from raw.cells
    inner join wanted on cells.scorer = wanted.scorer
    inner join raw.plan on cells.run_id = plan.run_id and cells.cell_id = plan.cell_id
    left join raw.runs on cells.run_id = runs.run_id
    where
        cells.run_id = $run_id
        and ($benchmark_id::varchar is null or cells.benchmark_id = $benchmark_id)
        and not exists (
            select executions.generation_id
            from raw.executions
            where
                plan.generation_id = executions.generation_id
                and wanted.runner = executions.runner
                and case
                    when $since::timestamptz is not null then executions.executed_at >= $since
                    else
                        executions.verdict <> 'timeout'
                        or executions.executed_at >= coalesce(runs.started_at, executions.executed_at)
                end
        )
        and plan.generation_id not in (select quarantine.generation_id from raw.quarantine)
)

select
    waiting.scorer,
    waiting.item_id,
    items.question,
    items.choices_json,
    items.target,
    generations.generation_id,
    generations.text,
    generations.reasoning_text,
    generations.parameters_json,
    generations.finish_reason
from waiting
inner join raw.generations on waiting.generation_id = generations.generation_id
inner join raw.items on waiting.item_id = items.item_id
where generations.status = 'answered' and generations.texts_removed_at is null
order by generations.generation_id
