-- One row per answer x question to a judge x judge's answer, of runs that count.
select
    judgments.answer_generation_id,
    judgments.rubric,
    judgments.rubric_version,
    judgments.judge_version,
    judgments.judge_order,
    judgments.generation_id
from raw.judgments
inner join raw.generations on judgments.generation_id = generations.generation_id
where
    generations.run_id not in (
        select stg_voids.run_id
        from staging.stg_voids
    )
