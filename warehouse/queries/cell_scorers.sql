-- One row per benchmark x scorer that its cells were asked with: what they count by now, where something was chosen.
with voided as (
    select run_id
    from raw.voids
    qualify row_number() over (partition by run_id order by happened_at desc) = 1 and action = 'void'
),

choices as (
    select
        benchmark_id,
        scorer,
        counted_scorer,
        counted_version
    from raw.scorer_choices
    where run_id is null or run_id not in (select voided.run_id from voided)
    qualify row_number() over (partition by benchmark_id, scorer order by chosen_at desc) = 1
)

select
    cells.benchmark_id,
    cells.scorer,
    coalesce(choices.counted_scorer, cells.scorer) as counted_scorer,
    choices.counted_version
from raw.cells
left join choices on cells.benchmark_id = choices.benchmark_id and cells.scorer = choices.scorer
group by all
order by cells.benchmark_id, cells.scorer
