-- One row per date x model x benchmark asked in both prompt styles: the two cells.
with cells as (
    select * from marts.current_cells
    where is_newest and attack = 'none'
)

select
    completion.as_of_date,
    md5(concat_ws(
        '|', 'style', completion.run_id, completion.cell_id, chat.run_id, chat.cell_id, chat.scorer
    )) as style_pair_id,
    completion.model_id,
    completion.benchmark_id,
    completion.benchmark_version,
    completion.origin,
    completion.scorer,
    completion.run_id as completion_run_id,
    completion.cell_id as completion_cell_id,
    chat.run_id as chat_run_id,
    chat.cell_id as chat_cell_id,
    abs(date_diff('day', completion.evaluated_date, chat.evaluated_date)) as days_apart
from cells as completion
inner join cells as chat
    on
        completion.as_of_date = chat.as_of_date
        and completion.model_id = chat.model_id
        and completion.model_version = chat.model_version
        and completion.benchmark_id = chat.benchmark_id
        and completion.benchmark_version = chat.benchmark_version
        and completion.scorer = chat.scorer
        and completion.unparsed_rule = chat.unparsed_rule
        and completion.origin = chat.origin
where completion.prompt_style = 'completion' and chat.prompt_style = 'chat'
