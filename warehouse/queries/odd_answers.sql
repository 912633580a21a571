-- One row per row of reports.model_scores of a date in which one answer in twenty or more is odd in the same way.
select
    model_id,
    benchmark_id,
    count_answers,
    count_template_markup,
    count_empty,
    count_unclosed_reasoning,
    count_reasoning_only,
    count_unknown_finish,
    count_senseless
from reports.model_scores
where
    as_of_date = $as_of_date::date
    and subset = 'all'
    and 20 * greatest(
        count_template_markup,
        count_empty,
        count_unclosed_reasoning,
        count_reasoning_only,
        count_unknown_finish,
        count_senseless
    ) >= count_answers
order by model_id, benchmark_id
