-- A program can be run again: the old execution stays beside the new one. What is known of each, besides: how long it
-- waited for a processor, and whether its test ran in its own process, where only values cannot decide.
create table raw.executions_before as select * from raw.executions; -- noqa: AM04
drop table raw.executions;
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
    waited_ms double check (waited_ms >= 0),
    is_beside boolean,
    primary key (generation_id, runner, executed_at)
);
insert into raw.executions by name select * from raw.executions_before; -- noqa: AM04
drop table raw.executions_before;
