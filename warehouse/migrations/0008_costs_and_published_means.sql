-- What making a model took, as its owner declares it; not measured here.
create table raw.model_costs (
    run_id varchar not null,
    model_id varchar not null,
    hours double check (hours >= 0),
    cost_usd double check (cost_usd >= 0),
    ready_date date,
    primary key (run_id, model_id)
);

-- What a table elsewhere says of a model; without its items there is nothing to pair.
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
