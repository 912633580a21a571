-- Which scorer (and version; null for the newest) the cells of a benchmark count by that were asked with another one.
-- Append-only marks, the newest one of a benchmark and scorer counts; run_id is null where a person chose.
create table raw.scorer_choices (
    benchmark_id varchar not null,
    scorer varchar not null,
    counted_scorer varchar not null,
    counted_version integer check (counted_version >= 1),
    run_id varchar,
    chosen_at timestamptz not null
);
