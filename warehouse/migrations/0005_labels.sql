-- How far a scorer or judge agrees with people, or with itself when the two texts of a comparison change places.
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

-- Scores and taxes of a scorer or judge, corrected by people's labels on some of the answers.
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
