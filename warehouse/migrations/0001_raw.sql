-- Raw facts: append-only, keyed by content, never updated. Everything else can be rebuilt from them.
create schema raw;
create schema stats;

create table raw.runs (
    run_id varchar primary key,
    kind varchar not null check (kind in ('adhoc', 'nightly', 'backfill', 'import')),
    as_of_date date not null,
    partition_key varchar not null,
    config_hash varchar not null,
    plan_hash varchar not null,
    code_version varchar not null,
    max_age_days integer not null check (max_age_days >= 0),
    source varchar,
    started_at timestamptz not null
);

create table raw.run_events (
    run_id varchar not null,
    event varchar not null check (event in ('started', 'interrupted', 'finished', 'failed', 'published')),
    detail varchar,
    happened_at timestamptz not null
);

create table raw.models (
    run_id varchar not null,
    model_id varchar not null,
    model_version varchar not null,
    family varchar not null,
    base_model_id varchar,
    stage varchar,
    method varchar,
    knob_name varchar,
    knob_value double,
    parameters_billion double check (parameters_billion > 0),
    provider varchar not null,
    endpoint varchar not null,
    api varchar not null,
    model_name varchar not null,
    parameters_json varchar not null,
    is_simulated boolean not null,
    primary key (run_id, model_id)
);

create table raw.pairs (
    run_id varchar not null,
    kind varchar not null check (kind in ('tax', 'version', 'method', 'prompt')),
    family varchar not null,
    reference_model_id varchar not null,
    candidate_model_id varchar not null check (candidate_model_id <> reference_model_id),
    differs varchar not null,
    primary key (run_id, kind, reference_model_id, candidate_model_id)
);

create table raw.benchmarks (
    benchmark_id varchar not null,
    benchmark_version varchar not null,
    title varchar not null,
    dimension varchar not null check (
        dimension in ('capability', 'instruction_following', 'safety', 'over_refusal', 'bias', 'truthfulness')
    ),
    domain varchar not null check (domain in ('coding', 'reasoning', 'knowledge', 'reading', 'chat', 'safety')),
    metric varchar not null,
    scorer varchar not null,
    chance_score double not null check (chance_score between 0 and 1),
    higher_is_better boolean not null,
    is_harmful_text boolean not null,
    cluster_meaning varchar not null,
    licence varchar not null,
    citation varchar not null,
    pitfalls varchar not null,
    source varchar,
    primary key (benchmark_id, benchmark_version)
);

create table raw.items (
    item_id varchar primary key,
    question varchar,
    choices_json varchar not null,
    target varchar
);

create table raw.benchmark_items (
    benchmark_id varchar not null,
    benchmark_version varchar not null,
    item_id varchar not null,
    cluster_id varchar not null,
    subset varchar not null,
    chance_score double check (chance_score between 0 and 1),
    foreign_id varchar,
    primary key (benchmark_id, benchmark_version, item_id)
);

create table raw.prompts (
    prompt_hash varchar primary key,
    prompt varchar not null
);

create table raw.cells (
    run_id varchar not null,
    cell_id varchar not null,
    model_id varchar not null,
    model_version varchar not null,
    benchmark_id varchar not null,
    benchmark_version varchar not null,
    prompt_style varchar not null check (prompt_style in ('chat', 'completion')),
    is_primary_style boolean not null,
    scorer varchar not null,
    unparsed_rule varchar not null check (unparsed_rule in ('wrong', 'chance', 'exclude')),
    origin varchar not null check (origin in ('endpoint', 'simulated', 'imported')),
    count_items integer not null check (count_items > 0),
    count_repeats integer not null check (count_repeats > 0),
    sample_hash varchar not null,
    parameters_json varchar not null,
    primary key (run_id, cell_id)
);

create table raw.cell_events (
    run_id varchar not null,
    cell_id varchar not null,
    status varchar not null check (status in ('complete', 'incomplete', 'failed')),
    reason varchar,
    happened_at timestamptz not null
);

-- What a run wants answered, and which generation answers it (its own or a reused one).
create table raw.plan (
    run_id varchar not null,
    cell_id varchar not null,
    item_id varchar not null,
    repeat integer not null check (repeat >= 0),
    generation_id varchar not null,
    request_hash varchar not null,
    prompt_hash varchar,
    is_reused boolean not null,
    primary key (run_id, cell_id, item_id, repeat)
);

-- Answers only: a request that got none has a row in raw.failures, so that an error cannot be scored as an answer.
create table raw.generations (
    generation_id varchar primary key,
    run_id varchar not null,
    partition_key varchar not null,
    model_id varchar not null,
    benchmark_id varchar not null,
    prompt_style varchar not null check (prompt_style in ('chat', 'completion')),
    item_id varchar not null,
    repeat integer not null check (repeat >= 0),
    role varchar not null check (role in ('answer', 'judge', 'part')),
    parent_generation_id varchar,
    request_hash varchar not null,
    prompt_hash varchar,
    origin varchar not null check (origin in ('endpoint', 'simulated', 'imported')),
    status varchar not null check (status in ('answered', 'filtered', 'scored_elsewhere')),
    text varchar,
    refusal_text varchar,
    finish_reason varchar,
    model_requested varchar not null,
    model_served varchar,
    system_fingerprint varchar,
    provider_request_id varchar,
    parameters_json varchar not null,
    attempts integer not null check (attempts >= 1),
    tokens_input bigint check (tokens_input >= 0),
    tokens_cached bigint check (tokens_cached >= 0),
    tokens_cache_write bigint check (tokens_cache_write >= 0),
    tokens_output bigint check (tokens_output >= 0),
    tokens_reasoning bigint check (tokens_reasoning >= 0),
    latency_ms double check (latency_ms >= 0),
    cost_usd double check (cost_usd >= 0),
    started_at timestamptz,
    finished_at timestamptz not null,
    check ((status = 'answered') = (text is not null) or status = 'filtered')
);

create table raw.failures (
    run_id varchar not null,
    cell_id varchar not null,
    generation_id varchar not null,
    error_type varchar not null,
    message varchar not null,
    attempts integer not null,
    failed_at timestamptz not null
);

-- A score belongs to an answer. Only outcomes that are verdicts carry a value, and each carries the right one.
create table raw.scores (
    generation_id varchar not null references raw.generations (generation_id),
    scorer varchar not null,
    scorer_version integer not null,
    scorer_config_hash varchar not null,
    outcome varchar not null check (
        outcome in (
            'correct', 'partial', 'incorrect', 'refused', 'filtered', 'truncated', 'unparsed', 'judge_error', 'not_run'
        )
    ),
    value double check (value between 0 and 1),
    answer varchar,
    is_refusal boolean not null,
    is_cut boolean not null,
    scored_at timestamptz not null,
    primary key (generation_id, scorer, scorer_version, scorer_config_hash),
    check ((value is null) = (outcome in ('unparsed', 'judge_error', 'not_run'))),
    check (outcome <> 'correct' or value = 1),
    check (outcome <> 'partial' or (value > 0 and value < 1)),
    check (outcome not in ('incorrect', 'refused', 'filtered', 'truncated') or value = 0)
);

create table raw.validations (
    run_id varchar not null,
    stage varchar not null check (stage in ('landed', 'scored', 'reports')),
    expectation varchar not null,
    table_name varchar not null,
    severity varchar not null check (severity in ('gate', 'quarantine', 'warning')),
    is_success boolean not null,
    count_checked bigint not null,
    count_unexpected bigint not null,
    detail varchar,
    validated_at timestamptz not null
);

create table raw.quarantine (
    generation_id varchar not null,
    run_id varchar not null,
    expectation varchar not null,
    reason varchar not null,
    quarantined_at timestamptz not null,
    primary key (generation_id, expectation)
);

-- What SQL cannot compute. One row per subject x subset x statistic; the subject is a comparison or a cell.
create table stats.estimates (
    as_of_date date not null,
    subject_id varchar not null,
    subset varchar not null,
    statistic varchar not null,
    estimate double,
    low double,
    high double,
    standard_error double check (standard_error > 0),
    degrees_of_freedom double,
    p_value double check (p_value between 0 and 1),
    method varchar,
    design_effect double,
    count_items bigint,
    count_clusters bigint,
    count_discordant bigint,
    flags varchar,
    reason varchar,
    primary key (as_of_date, subject_id, subset, statistic),
    check (low is null or high is null or low < high or (low = high and statistic = 'bounds')),
    check (not isnan(coalesce(estimate, 0)) and not isinf(coalesce(estimate, 0))),
    check (not isnan(coalesce(low, 0)) and not isinf(coalesce(low, 0))),
    check (not isnan(coalesce(high, 0)) and not isinf(coalesce(high, 0)))
);
