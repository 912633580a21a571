-- What making a model took, as its owner declares it; not measured here.
create table raw.model_costs (
    run_id varchar not null,
    model_id varchar not null,
    hours double check (hours >= 0),
    cost_usd double check (cost_usd >= 0),
    ready_date date,
    primary key (run_id, model_id)
);
