-- What did the last version of a model change?
-- Without rows: No pair of versions is declared. It is one line: `{kind: version, reference: A, candidate: B}`.
select
    candidate_model_id,
    benchmark_id,
    round(-100 * tax_absolute, 1) as change_points,
    round(-100 * tax_absolute_high, 1) as low,
    round(-100 * tax_absolute_low, 1) as high,
    is_significant,
    p_value_holm,
    reference_model_id,
    as_of_date
from reports.alignment_tax
where
    as_of_date = (select max(as_of_date) from reports.alignment_tax where kind = 'version')
    and kind = 'version'
    and is_headline
order by candidate_model_id, tax_absolute desc
