-- What did each night cost by provider?
-- Without rows: No answer is landed yet.
select
    answers.as_of_date,
    models.provider,
    models.endpoint,
    count(*) filter (where not answers.is_reused) as count_asked,
    round(sum(answers.cost_usd) filter (where not answers.is_reused), 2) as cost_usd,
    sum(answers.tokens_input) filter (where not answers.is_reused) as tokens_input,
    sum(answers.tokens_output) filter (where not answers.is_reused) as tokens_output
from marts.fct_generations as answers
inner join (
    select distinct
        model_id,
        first(provider order by last_registered_date desc) over (partition by model_id) as provider,
        first(endpoint order by last_registered_date desc) over (partition by model_id) as endpoint
    from marts.dim_model
) as models using (model_id)
group by answers.as_of_date, models.provider, models.endpoint
order by answers.as_of_date desc, models.provider, models.endpoint
