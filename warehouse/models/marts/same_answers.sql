-- One row per run x cell with answers that could be the right one: which is given most often, and is it nearly always?
-- Only questions with choices, or whose right answers come from the same few words as what was said, can tell.
with scores as (
    select * from marts.fct_scores
    where answer is not null
),

items as (
    select
        item_id,
        choices_json <> '[]' as has_choices,
        case
            when has_choices and json_valid(target) and target like '{%' then target ->> '$.answer'
            when has_choices and list_contains(from_json(choices_json, '["varchar"]'), target)
                then chr(ord('A') + list_position(from_json(choices_json, '["varchar"]'), target)::integer - 1)
            else target
        end as right_answer
    from raw.items
    where target <> ''
),

-- Scorers write a letter with or without brackets; that for bias adds a word to it.
answers as (
    select
        scores.as_of_date,
        scores.run_id,
        scores.cell_id,
        case
            when items.has_choices then regexp_extract(scores.answer, '^\W*([A-Z])\b', 1)
            else lower(trim(scores.answer, ' ().'))
        end as answer,
        case
            when items.has_choices then items.right_answer
            else lower(trim(items.right_answer, ' ().'))
        end as right_answer,
        items.has_choices
    from scores
    inner join items on scores.item_id = items.item_id
),

counted as (
    select
        as_of_date,
        run_id,
        cell_id,
        answer,
        count(*) as count_same,
        bool_or(has_choices) as has_choices,
        count_if(right_answer <> answer) as count_same_and_wrong,
        sum(count(*)) over cell as count_answers
    from answers
    where answer <> ''
    group by as_of_date, run_id, cell_id, answer
    window cell as (partition by as_of_date, run_id, cell_id)
    qualify row_number() over (
        partition by as_of_date, run_id, cell_id
        order by count(*) desc, answer asc
    ) = 1
),

right_answers as (
    select
        as_of_date,
        run_id,
        cell_id,
        right_answer,
        count(*) as count_right
    from answers
    where answer <> ''
    group by as_of_date, run_id, cell_id, right_answer
)

select
    counted.as_of_date,
    counted.run_id,
    counted.cell_id,
    counted.answer as commonest_answer,
    counted.count_answers::bigint as count_answers,
    counted.count_same,
    (counted.count_answers - coalesce(right_answers.count_right, 0))::bigint as count_other_right,
    counted.count_same_and_wrong,
    staging.is_one_answer(
        counted.count_same, counted.count_answers, counted.count_same_and_wrong, count_other_right
    ) as is_one_answer
from counted
left join right_answers
    on
        counted.as_of_date = right_answers.as_of_date
        and counted.run_id = right_answers.run_id
        and counted.cell_id = right_answers.cell_id
        and counted.answer = right_answers.right_answer
where counted.has_choices or right_answers.count_right > 0
