-- What a benchmark's loader was checked on: own (built in), file (a real official file) or format (its description);
-- null for versions that landed before this was kept.
alter table raw.benchmarks add column verified varchar;
