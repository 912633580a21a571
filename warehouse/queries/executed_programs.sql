-- One row per wanted program that was run before under the same runner: its newest execution. A time-out may have been
-- the machine's, so it is not taken over.
select
    executions.runner,
    executions.program_hash,
    executions.verdict,
    executions.detail,
    executions.back_end,
    executions.layers,
    executions.python_version,
    executions.duration_ms,
    executions.executed_at,
    executions.waited_ms,
    executions.is_beside
from raw.executions
inner join wanted_programs
    on executions.runner = wanted_programs.runner and executions.program_hash = wanted_programs.program_hash
inner join raw.generations on executions.generation_id = generations.generation_id
where executions.verdict <> 'timeout' and generations.texts_removed_at is null
qualify row_number() over (
    partition by executions.runner, executions.program_hash
    order by executions.executed_at desc, executions.generation_id asc
) = 1
