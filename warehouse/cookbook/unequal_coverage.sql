-- Where does coverage differ between the sides, and does the missing part matter?
-- Without rows: Both sides of each pair have the same coverage.
select
    candidate_model_id,
    benchmark_id,
    round(100 * coverage_reference, 1) as coverage_before,
    round(100 * coverage_candidate, 1) as coverage_after,
    round(100 * tax_absolute, 1) as tax_points,
    round(100 * identified_low, 1) as low_whatever_is_missing,
    round(100 * identified_high, 1) as high_whatever_is_missing,
    reference_model_id
from reports.alignment_tax
where
    as_of_date = (select max(as_of_date) from reports.alignment_tax)
    and is_headline
    and coverage_reference is distinct from coverage_candidate
order by abs(coverage_reference - coverage_candidate) desc, candidate_model_id, benchmark_id
