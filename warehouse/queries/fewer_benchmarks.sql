-- One row per pair whose tax over all capability lacks benchmarks that it had on the date before, and their names.
select
    candidate_model_id,
    reference_model_id,
    benchmarks_missing
from reports.overall_tax
where
    kind = 'tax'
    and scope = 'all capability'
    and weighting = 'macro'
    and benchmarks_missing <> ''
    and as_of_date = $as_of_date::date
order by candidate_model_id, reference_model_id, origin
