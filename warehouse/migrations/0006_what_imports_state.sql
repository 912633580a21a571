-- What imports state of items, and which dates are built.

-- The chance of an imported benchmark may be unknown.
alter table raw.benchmarks alter column chance_score drop not null;

-- One row per import x benchmark x version x item: what the import says of the item; NULL where it says nothing. It
-- counts before raw.benchmark_items, as long as the run is not void.
create table raw.item_statements (
    run_id varchar not null,
    benchmark_id varchar not null,
    benchmark_version varchar not null,
    item_id varchar not null,
    cluster_id varchar,
    subset varchar,
    chance_score double check (chance_score between 0 and 1),
    primary key (run_id, benchmark_id, benchmark_version, item_id)
);

-- One row per date whose tables were built: when that began. A date with newer facts is built again.
create table meta.built_dates (
    as_of_date date primary key,
    built_at timestamptz not null
);
