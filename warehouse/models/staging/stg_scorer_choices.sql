-- One row per benchmark x scorer that cells were asked with, where a choice was made: what they count by.
select
    choices.benchmark_id,
    choices.scorer,
    choices.counted_scorer,
    choices.counted_version,
    choices.run_id,
    choices.chosen_at
from raw.scorer_choices as choices
left join staging.stg_voids on choices.run_id = stg_voids.run_id
where stg_voids.run_id is null
qualify row_number() over (partition by choices.benchmark_id, choices.scorer order by choices.chosen_at desc) = 1
