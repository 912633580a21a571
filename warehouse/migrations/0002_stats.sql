-- What SQL cannot compute: tasks/steps/aggregate replaces the rows of a date when it computes them anew.
create schema stats;

-- One row per date x subject x subset x statistic; the subject is a comparison, a cell or a pair.
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

-- One row per date x benchmark version x origin x scorer x judge x what it is compared with: people, or the judge
-- itself when two texts change places. Without a key, because a rule has no judge.
create table stats.judge_agreement (
    as_of_date date not null,
    benchmark_id varchar not null,
    benchmark_version varchar not null,
    origin varchar not null,
    scorer varchar not null,
    judge_model_id varchar,
    judge_version varchar,
    against varchar not null check (against in ('people', 'swapped order')),
    count_answers bigint not null,
    count_ratings bigint not null,
    count_clusters bigint not null,
    accuracy double,
    accuracy_low double,
    accuracy_high double,
    kappa double,
    kappa_low double,
    kappa_high double,
    kappa_standard_error double check (kappa_standard_error > 0),
    kappa_method varchar,
    reason varchar
);

-- One row per date x subject: a score or tax, corrected by people's labels on some of the answers.
create table stats.corrected (
    as_of_date date not null,
    subject_id varchar not null,
    estimate double,
    low double,
    high double,
    standard_error double check (standard_error > 0),
    degrees_of_freedom double,
    weight double check (weight between 0 and 1),
    scorer_only double,
    people_only double,
    people_only_standard_error double check (people_only_standard_error > 0),
    count_labelled bigint not null,
    count_others bigint not null,
    reason varchar,
    primary key (as_of_date, subject_id),
    check (low is null or high is null or low < high)
);

-- One row per date x family x origin x model: its place between capability and safety.
create table stats.frontier (
    as_of_date date not null,
    family varchar not null,
    origin varchar not null,
    model_id varchar not null,
    capability double,
    capability_low double,
    capability_high double,
    safety double,
    safety_low double,
    safety_high double,
    over_refusal double,
    over_refusal_low double,
    over_refusal_high double,
    is_on_frontier boolean,
    probability_on_frontier double check (probability_on_frontier between 0 and 1),
    count_models integer not null,
    count_capability_items bigint,
    count_safety_items bigint,
    reason varchar,
    primary key (as_of_date, family, origin, model_id),
    check (capability_low < capability_high),
    check (safety_low < safety_high),
    check (over_refusal_low < over_refusal_high)
);

-- One row per date x family x origin x set of variants x safety level.
create table stats.fixed_safety (
    as_of_date date not null,
    family varchar not null,
    origin varchar not null,
    variants varchar not null,
    safety_level double not null check (safety_level between 0 and 1),
    base_model_id varchar not null,
    base_capability double,
    tax double,
    tax_low double,
    tax_high double,
    probability_reachable double check (probability_reachable between 0 and 1),
    method varchar,
    nearest_model_id varchar,
    nearest_tax double,
    count_variants integer not null,
    flags varchar,
    reason varchar,
    primary key (as_of_date, family, origin, variants, safety_level),
    check (tax_low < tax_high)
);

-- One row per date x family x origin x method x knob x benchmark x form.
create table stats.sweeps (
    as_of_date date not null,
    family varchar not null,
    origin varchar not null,
    method varchar not null,
    knob_name varchar not null,
    benchmark_id varchar not null,
    benchmark_version varchar not null,
    axis varchar not null check (axis in ('alignment', 'helpfulness')),
    form varchar not null check (form in ('line', 'parabola', 'tanh', 'bell', 'none')),
    count_strengths integer not null,
    count_items bigint not null,
    knob_low double not null,
    knob_high double not null,
    criterion double,
    share_chosen double check (share_chosen between 0 and 1),
    is_best boolean not null,
    is_shown boolean not null,
    is_clear boolean,
    parameters_json varchar,
    largest_residual double,
    shape varchar check (shape in ('rising', 'falling', 'flat', 'concave', 'convex')),
    slope double,
    slope_low double,
    slope_high double,
    vertex double,
    vertex_low double,
    vertex_high double,
    vertex_reason varchar,
    small_strength_from double,
    small_strength_to double,
    optimum double,
    optimum_low double,
    optimum_high double,
    window_end double,
    window_end_low double,
    window_end_high double,
    is_optimum_inside boolean,
    optimum_reason varchar,
    helpfulness_weight double not null,
    reason varchar,
    primary key (as_of_date, family, origin, method, knob_name, benchmark_id, benchmark_version, form),
    check (slope_low < slope_high),
    check (vertex_low < vertex_high),
    check (optimum_low < optimum_high),
    check (window_end_low < window_end_high)
);

-- One row per date x comparison of kind method: what the candidate gave back of what the reference lost.
create table stats.mitigations (
    as_of_date date not null,
    comparison_id varchar not null,
    base_model_id varchar,
    count_items bigint not null,
    base_score double,
    aligned_score double,
    mitigated_score double,
    tax double,
    tax_low double,
    tax_high double,
    gained double,
    gained_low double,
    gained_high double,
    gained_p_value double,
    remaining double,
    remaining_low double,
    remaining_high double,
    recovery double,
    recovery_low double,
    recovery_high double,
    recovery_kind varchar,
    recovery_reason varchar,
    is_recovery_solid boolean not null,
    method_rank integer,
    better_than varchar,
    reason varchar,
    primary key (as_of_date, comparison_id),
    check (tax_low < tax_high),
    check (gained_low < gained_high),
    check (remaining_low < remaining_high),
    check (recovery_low < recovery_high)
);

-- One row per night x series: what is known after it. A series ends where the model, benchmark or scorer changes.
create table stats.monitor_nights (
    as_of_date date not null,
    series_id varchar not null,
    run_id varchar not null,
    cell_id varchar not null,
    night_number integer not null,
    phase varchar not null check (phase in ('reference', 'monitored', 'left_out')),
    reference_first_night integer,
    count_reference integer,
    count_items integer not null,
    count_answered integer not null,
    mean double,
    item_variance double,
    night_standard_error double check (night_standard_error > 0),
    log_evidence double,
    log_evidence_highest double,
    p_value double check (p_value between 0 and 1),
    since_date date,
    fall double,
    fall_low double,
    fall_high double,
    smallest_visible_fall double,
    items_fallen_json varchar,
    alpha double not null,
    tolerance double not null,
    rule_hash varchar not null,
    reason varchar,
    primary key (as_of_date, series_id),
    check (fall_low < fall_high)
);

-- One row per night x series x item: its sums over the nights of the series so far, so that a night reads one earlier
-- night. Without a key: over a year its index would take more time than the sums.
create table stats.monitor_items (
    as_of_date date not null,
    series_id varchar not null,
    item_id varchar not null,
    count_nights integer not null,
    total double not null,
    total_squares double not null
);

-- One row per metric that is not a mean over items: what the modules of metrics state of themselves.
create table stats.metrics (
    metric varchar primary key,
    title varchar not null,
    higher_is_better boolean not null,
    is_proportion boolean not null
);
