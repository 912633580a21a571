-- One row per wanted request with an answer that a judge has graded by a rubric in every order.
with wanted as (
    select * from wanted_requests
)

select
    answers.request_hash,
    answers.item_id
from staging.stg_grades as grades
inner join raw.generations as answers on grades.answer_generation_id = answers.generation_id
inner join wanted on answers.request_hash = wanted.request_hash and answers.item_id = wanted.item_id
where
    grades.rubric = $rubric
    and grades.rubric_version = $rubric_version
    and grades.judge_version = $judge_version
    and answers.texts_removed_at is null
    and answers.run_id not in (
        select stg_voids.run_id
        from staging.stg_voids
    )
group by answers.request_hash, answers.item_id
having count(distinct grades.judge_order) = $count_orders
