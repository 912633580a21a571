-- What does a right answer cost with each model?
-- Without rows: No capability benchmark was answered on the newest date.
select
    answers.model_id,
    answers.benchmark_id,
    round(sum(answers.tokens_output) / nullif(sum(scores.value), 0), 1) as tokens_a_right_answer,
    round(sum(answers.cost_usd) / nullif(sum(scores.value), 0), 6) as usd_a_right_answer,
    sum(scores.value) as count_right
from marts.fct_generations as answers
inner join marts.fct_scores as scores using (as_of_date, run_id, cell_id, item_id, repeat)
inner join marts.dim_benchmark as benchmarks
    on answers.benchmark_id = benchmarks.benchmark_id and answers.benchmark_version = benchmarks.benchmark_version
where
    answers.as_of_date = (select max(as_of_date) from marts.fct_generations)
    and benchmarks.dimension = 'capability'
group by answers.model_id, answers.benchmark_id
order by answers.benchmark_id, tokens_a_right_answer, answers.model_id
