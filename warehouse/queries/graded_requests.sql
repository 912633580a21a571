-- One row per wanted request with an answer that a judge has graded by a rubric in every order.
with wanted as (
    select * from wanted_requests
),

voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
)

select
    answers.request_hash,
    answers.item_id
from raw.judgments
inner join raw.generations as answers on judgments.answer_generation_id = answers.generation_id
inner join raw.generations as grades on judgments.generation_id = grades.generation_id
inner join wanted on answers.request_hash = wanted.request_hash and answers.item_id = wanted.item_id
where
    judgments.rubric = $rubric
    and judgments.rubric_version = $rubric_version
    and judgments.judge_version = $judge_version
    and answers.run_id not in (select voided.run_id from voided)
    and grades.run_id not in (select voided.run_id from voided)
group by answers.request_hash, answers.item_id
having count(distinct judgments.judge_order) = $count_orders
