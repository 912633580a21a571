-- What became of a program in an answer, run once under a runner (the rule that makes the program, and its limits).
-- A fact, not a score: scorers read it. A program that could not be run has no row and its answer waits.
create table raw.executions (
    generation_id varchar not null references raw.generations (generation_id),
    runner varchar not null,
    program_hash varchar not null,
    verdict varchar not null check (
        verdict in ('pass', 'assert', 'error', 'exit', 'timeout', 'memory', 'output_flood', 'file_flood', 'died')
    ),
    detail varchar,
    is_reused boolean not null,
    back_end varchar not null,
    layers varchar not null,
    python_version varchar not null,
    duration_ms double not null check (duration_ms >= 0),
    executed_at timestamptz not null,
    primary key (generation_id, runner)
);
