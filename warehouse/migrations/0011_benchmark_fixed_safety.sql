-- One row per date x family x origin x set of variants x safety level x capability benchmark.
create table stats.benchmark_fixed_safety (
    as_of_date date not null,
    family varchar not null,
    origin varchar not null,
    variants varchar not null,
    safety_level double not null check (safety_level between 0 and 1),
    benchmark_id varchar not null,
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
    primary key (as_of_date, family, origin, variants, safety_level, benchmark_id),
    check (tax_low < tax_high)
);
