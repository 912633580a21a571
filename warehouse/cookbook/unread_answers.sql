-- In which cells were many answers cut off, unreadable or empty?
-- Without rows: In each cell at most one answer in twenty was cut off, unreadable or empty.
select
    model_id,
    benchmark_id,
    round(100 * count_truncated / count_answers, 1) as percent_truncated,
    round(100 * count_unparsed / count_answers, 1) as percent_unparsed,
    round(100 * count_empty / count_answers, 1) as percent_empty,
    count_answers,
    prompt_style
from reports.model_scores
where
    as_of_date = (select max(as_of_date) from reports.model_scores)
    and subset = 'all'
    and 20 * greatest(count_truncated, count_unparsed, count_empty) > count_answers
order by greatest(count_truncated, count_unparsed, count_empty) / count_answers desc, model_id, benchmark_id
