-- What an answer's row did not say: our own waiting, and why earlier attempts did not count.
alter table raw.generations add column waited_ms double;
alter table raw.generations add column retried_for varchar;

-- One row per question whose requests took more than the row of its answer says: attempts of a question without an
-- answer, an answer that another one replaced, and requests whose usage nobody knows, at their worst price. A log
-- without a key.
create table raw.extra_spend (
    run_id varchar not null,
    cell_id varchar not null,
    generation_id varchar not null,
    model_id varchar not null,
    role varchar not null check (role in ('answer', 'judge', 'part')),
    count_requests integer not null check (count_requests >= 0),
    tokens_input bigint not null check (tokens_input >= 0),
    tokens_output bigint not null check (tokens_output >= 0),
    cost_usd double not null check (cost_usd >= 0),
    cost_held_usd double not null check (cost_held_usd >= 0),
    spent_at timestamptz not null
);

-- One row per run x cell x model: what a run would send when it was first started, and what that costs at most.
create table raw.spend_plans (
    run_id varchar not null,
    cell_id varchar not null,
    model_id varchar not null,
    count_requests integer not null check (count_requests >= 0),
    count_reused integer not null check (count_reused >= 0),
    tokens_input bigint not null check (tokens_input >= 0),
    tokens_output_at_most bigint not null check (tokens_output_at_most >= 0),
    cost_usd_at_most double check (cost_usd_at_most >= 0),
    primary key (run_id, cell_id, model_id)
);

-- One row per cell that a budget stopped, each time that one did. A log without a key.
create table raw.budget_stops (
    run_id varchar not null,
    cell_id varchar not null,
    model_id varchar not null,
    role varchar not null check (role in ('answer', 'judge')),
    budget varchar not null,
    reason varchar not null,
    count_missing integer not null check (count_missing >= 0),
    stopped_at timestamptz not null
);
