-- One row per headline comparison of a date, of some kinds.
select
    kind,
    candidate_model_id as model_id,
    reference_model_id as reference,
    benchmark_id,
    tax_absolute as estimate,
    tax_absolute_low as low,
    tax_absolute_high as high,
    minimum_detectable_tax as minimum_detectable,
    reason
from reports.alignment_tax
where as_of_date = $as_of_date::date and is_headline and kind in (select unnest($kinds::varchar[]))
order by benchmark_id, candidate_model_id, reference_model_id, origin
