-- One row per item whose question or any answer holds a text, in any case of letters.
select distinct
    items.benchmark_id,
    items.item_id
from marts.dim_item as items
left join marts.fct_answers as answers on items.benchmark_id = answers.benchmark_id and items.item_id = answers.item_id
where
    contains(lower(items.question), lower($text))
    or contains(lower(answers.response), lower($text))
order by items.benchmark_id, items.item_id
limit 5000
