-- One row per benchmark x scorer that its cells were asked with: the scorer that they count by now.
select
    cells.benchmark_id,
    cells.scorer,
    coalesce(choices.counted_scorer, cells.scorer) as counted_scorer,
    choices.counted_version
from raw.cells
left join staging.stg_scorer_choices as choices
    on cells.benchmark_id = choices.benchmark_id and cells.scorer = choices.scorer
group by all
order by cells.benchmark_id, cells.scorer
