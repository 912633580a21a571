-- One row per item whose question or any answer holds a text, in any case of letters.
select
    benchmark_id,
    item_id
from marts.dim_item
where contains(lower(question), lower($text))
union
select
    benchmark_id,
    item_id
from marts.fct_answers
where contains(lower(response), lower($text))
order by benchmark_id, item_id
limit 5000
