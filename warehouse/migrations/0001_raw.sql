-- Raw facts: appended, keyed by content and never changed. Everything else can be rebuilt from them.
create schema raw;

-- One row per run: a nightly, backfill, ad hoc run or import.
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

-- One row per thing that happened to a run. A log without a key.
create table raw.run_events (
    run_id varchar not null,
    event varchar not null check (event in ('started', 'interrupted', 'finished', 'failed', 'published')),
    detail varchar,
    happened_at timestamptz not null
);

-- One row per mark that takes a run out of every report or brings it back; a run's newest mark counts.
create table raw.voids (
    run_id varchar not null,
    action varchar not null check (action in ('void', 'unvoid')),
    reason varchar not null,
    happened_at timestamptz not null
);

-- One row per run x model of its configuration.
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

-- One row per run x model: what making the model took, as its owner declares it. Nothing is measured here.
create table raw.model_costs (
    run_id varchar not null,
    model_id varchar not null,
    hours double check (hours >= 0),
    cost_usd double check (cost_usd >= 0),
    ready_date date,
    primary key (run_id, model_id)
);

-- One row per run x kind x pair of models that the configuration compares.
create table raw.pairs (
    run_id varchar not null,
    kind varchar not null check (kind in ('tax', 'version', 'method', 'prompt')),
    family varchar not null,
    reference_model_id varchar not null,
    candidate_model_id varchar not null check (candidate_model_id <> reference_model_id),
    differs varchar not null,
    primary key (run_id, kind, reference_model_id, candidate_model_id)
);

-- One row per benchmark x version. `verified` says what its loader was checked on: own (built in), file (a real
-- official file) or format (its description).
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
    verified varchar,
    primary key (benchmark_id, benchmark_version)
);

-- One row per item, whichever benchmarks it belongs to.
create table raw.items (
    item_id varchar primary key,
    question varchar,
    choices_json varchar not null,
    target varchar
);

-- One row per benchmark x version x item.
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

-- One row per rendered prompt, by its hash.
create table raw.prompts (
    prompt_hash varchar primary key,
    prompt varchar not null
);

-- One row per run x cell. `attack` is the published attack that wraps the requests.
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
    attack varchar default 'none',
    judge_model_id varchar,
    judge_version varchar,
    primary key (run_id, cell_id)
);

-- One row per note on how a cell ended; a cell's newest note counts. A log without a key.
create table raw.cell_events (
    run_id varchar not null,
    cell_id varchar not null,
    status varchar not null check (status in ('complete', 'incomplete', 'failed')),
    reason varchar,
    happened_at timestamptz not null
);

-- One row per run x cell x item x repeat that a run wants answered, with the generation that answers it (its own or a
-- reused one).
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

-- One row per answer: a model's, a judge's, or one of a part of a composite model. A request without an answer has a
-- row in raw.failures instead, so that an error cannot be scored as an answer. `first_token_json` is a JSON object of
-- the tokens that the first token might have been and their log-probabilities, where the endpoint was asked for them;
-- scorers by likelihood read it instead of the text.
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
    first_token_json varchar,
    check ((status = 'answered') = (text is not null) or status = 'filtered')
);

-- One row per failure of a request that got no answer. A log without a key.
create table raw.failures (
    run_id varchar not null,
    cell_id varchar not null,
    generation_id varchar not null,
    error_type varchar not null,
    message varchar not null,
    attempts integer not null,
    failed_at timestamptz not null
);

-- One row per answer x rubric x version x judge x order x judge's answer: which judge's answer grades which answer.
-- Equal questions to a judge are asked once, so that several answers may share one.
create table raw.judgments (
    answer_generation_id varchar not null,
    rubric varchar not null,
    rubric_version integer not null check (rubric_version >= 1),
    judge_model_id varchar not null,
    judge_version varchar not null,
    judge_order integer not null check (judge_order in (0, 1)),
    generation_id varchar not null,
    run_id varchar not null,
    planned_at timestamptz not null,
    primary key (answer_generation_id, rubric, rubric_version, judge_version, judge_order, generation_id)
);

-- One row per answer x runner: what became of the program in the answer. A runner is the rule that makes the program,
-- and its limits. Scorers read this fact. A program that could not be run has no row, and its answer waits.
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

-- One row per answer x rubric x person x source: what people say of an answer. A person's newest label counts.
create table raw.labels (
    answer_generation_id varchar not null,
    rubric varchar not null,
    labeller varchar not null,
    source_hash varchar not null,
    label varchar not null,
    source varchar not null,
    labelled_at timestamptz not null,
    primary key (answer_generation_id, rubric, labeller, source_hash)
);

-- One row per answer x scorer x version x parameters. Only outcomes that are verdicts carry a value, and each carries
-- the right one. `refusal_class` says how far an answer declines; NULL for scores that were made elsewhere.
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
    refusal_class varchar,
    judge_version varchar,
    primary key (generation_id, scorer, scorer_version, scorer_config_hash),
    check ((value is null) = (outcome in ('unparsed', 'judge_error', 'not_run'))),
    check (outcome <> 'correct' or value = 1),
    check (outcome <> 'partial' or (value > 0 and value < 1)),
    check (outcome not in ('incorrect', 'refused', 'filtered', 'truncated') or value = 0)
);

-- One row per choice of the scorer (and version; NULL for the newest) that the cells of a benchmark count by, which
-- were asked with another scorer. The newest choice counts; `run_id` is NULL where a person chose.
create table raw.scorer_choices (
    benchmark_id varchar not null,
    scorer varchar not null,
    counted_scorer varchar not null,
    counted_version integer check (counted_version >= 1),
    run_id varchar,
    chosen_at timestamptz not null
);

-- One row per verdict of an expectation on a run; the newest verdict counts. A log without a key.
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

-- One row per answer x expectation that took it out.
create table raw.quarantine (
    generation_id varchar not null,
    run_id varchar not null,
    expectation varchar not null,
    reason varchar not null,
    quarantined_at timestamptz not null,
    primary key (generation_id, expectation)
);

-- One row per import x model x benchmark x metric: a mean from a table elsewhere. Without its items there is nothing
-- to pair.
create table raw.published_means (
    run_id varchar not null,
    model_id varchar not null,
    benchmark_id varchar not null,
    metric varchar not null,
    mean double not null,
    standard_error double check (standard_error >= 0),
    count_items bigint check (count_items > 0),
    higher_is_better boolean not null,
    primary key (run_id, model_id, benchmark_id, metric)
);
