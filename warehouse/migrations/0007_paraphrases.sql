-- How many wordings of its instruction each item of a cell was asked with; NULL, in older cells, is one. The answers of
-- one wording have consecutive numbers in `repeat`, those of the benchmark's own wording first.
alter table raw.cells add column count_templates integer;
