-- One row per item that a model answered in both prompt styles, on some dates; repeats averaged.
with answers as (
    select
        run_id,
        cell_id,
        item_id,
        any_value(cluster_id) as cluster_id,
        round(avg(value), 12) as value
    from marts.fct_scores
    group by run_id, cell_id, item_id
)

select
    pairs.as_of_date,
    pairs.style_pair_id,
    completion.item_id,
    completion.cluster_id,
    completion.value as completion_value,
    chat.value as chat_value
from marts.style_pairs as pairs
inner join answers as completion
    on pairs.completion_run_id = completion.run_id and pairs.completion_cell_id = completion.cell_id
inner join answers as chat
    on
        pairs.chat_run_id = chat.run_id
        and pairs.chat_cell_id = chat.cell_id
        and completion.item_id = chat.item_id
where
    pairs.as_of_date in (select unnest($dates::date[]))
    and completion.value is not null
    and chat.value is not null
order by pairs.as_of_date, pairs.style_pair_id, completion.cluster_id, completion.item_id
