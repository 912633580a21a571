-- How did the answers of each model end?
-- Without rows: No answer is scored yet.
select
    model_id,
    outcome,
    count(*) as count_answers,
    round(100 * count(*) / sum(count(*)) over (partition by model_id), 1) as percent
from marts.fct_scores
where as_of_date = (select max(as_of_date) from marts.fct_scores)
group by model_id, outcome
order by model_id, count_answers desc, outcome
