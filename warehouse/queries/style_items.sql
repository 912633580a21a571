-- One row per item that a model answered in both prompt styles, on some dates; repeats averaged.
with pairs as materialized (
    select *
    from marts.style_pairs
    where as_of_date in (select unnest($dates::date[]))
),

cells as (
    select
        completion_run_id as run_id,
        completion_cell_id as cell_id
    from pairs
    union
    select
        chat_run_id as run_id,
        chat_cell_id as cell_id
    from pairs
),

answers as (
    select
        scores.run_id,
        scores.cell_id,
        scores.item_id,
        any_value(scores.cluster_id) as cluster_id,
        round(avg(scores.value), 12) as value
    from cells
    inner join marts.fct_scores as scores on cells.run_id = scores.run_id and cells.cell_id = scores.cell_id
    group by scores.run_id, scores.cell_id, scores.item_id
)

select
    pairs.as_of_date,
    pairs.style_pair_id,
    completion.item_id,
    completion.cluster_id,
    completion.value as completion_value,
    chat.value as chat_value
from pairs
inner join answers as completion
    on pairs.completion_run_id = completion.run_id and pairs.completion_cell_id = completion.cell_id
inner join answers as chat
    on
        pairs.chat_run_id = chat.run_id
        and pairs.chat_cell_id = chat.cell_id
        and completion.item_id = chat.item_id
where completion.value is not null and chat.value is not null
order by pairs.as_of_date, pairs.style_pair_id, completion.cluster_id, completion.item_id
