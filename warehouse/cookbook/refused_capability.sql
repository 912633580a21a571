-- Which capability questions were refused, and how many points did that cost?
-- Without rows: No aligned model refused a capability question.
select
    candidate_model_id,
    benchmark_id,
    count_answers_candidate as count_refused,
    round(100 * tax_part, 2) as part_points,
    round(100 * tax_absolute, 1) as tax_points
from reports.tax_decomposition
where
    as_of_date = (select max(as_of_date) from reports.tax_decomposition)
    and kind = 'tax'
    and component = 'refusal'
    and is_headline
    and count_answers_candidate > 0
order by tax_part desc, candidate_model_id, benchmark_id
